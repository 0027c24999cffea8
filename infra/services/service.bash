# What the services here have in common: one background process on a loopback port, known by a pid file. Sourced by a script
# that sets `name` (also the stem of its files in .services/), `variable` (what the endpoint is printed as), `default_port`,
# `mark` (a word of its command line) and `path` (what it answers), and defines `fetch` (install once) and `launch PORT`
# (exec the server).
# shellcheck shell=bash disable=SC2154

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
pid_file=$root/.services/$name.pid
log=$root/.services/$name.log

fail() {
    echo "$name: $*" >&2
    exit 1
}

# The id alone could by now belong to another program.
running() {
    [[ -f $pid_file ]] || return 1
    read -r pid port <"$pid_file"
    [[ $(ps -o args= -p "$pid" 2>/dev/null) == *"$mark"* ]]
}

taken() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

answers() {
    curl --silent --output /dev/null --max-time 2 --noproxy '*' "http://127.0.0.1:$1$path"
}

start() {
    local wanted=${1:-$default_port}
    if running; then
        [[ $# -eq 0 || $port == "$wanted" ]] || fail "already runs on port $port; stop it first"
        echo "$variable=http://127.0.0.1:$port"
        return
    fi
    for tool in curl ps setsid; do
        command -v "$tool" >/dev/null || fail "$tool is missing (Debian: apt-get install curl procps util-linux)"
    done
    # A port that was asked for is meant; the usual one is only a habit.
    while taken "$wanted"; do
        [[ $# -eq 0 && $wanted -lt $((default_port + 50)) ]] || fail "port $wanted is taken"
        wanted=$((wanted + 1))
    done
    mkdir -p "$root/.services"
    fetch

    # A process group of its own, and no descriptor of ours: $(… start) returns, and Ctrl-C in the terminal does not reach it.
    launch "$wanted" </dev/null >"$log" 2>&1 &
    local started=$!
    echo "$started $wanted" >"$pid_file"
    for _ in $(seq 240); do
        kill -0 "$started" 2>/dev/null || break
        if answers "$wanted"; then
            echo "$variable=http://127.0.0.1:$wanted"
            return
        fi
        sleep 0.25
    done
    tail -n 20 "$log" >&2
    stop
    fail "did not start"
}

stop() {
    if running; then
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 40); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.25
        done
        if kill -0 "$pid" 2>/dev/null; then kill -KILL "$pid"; fi
    fi
    rm -f "$pid_file"
}

main() {
    case ${1:-} in
    start) start "${@:2}" ;;
    stop) stop ;;
    *) fail "usage: infra/services/$name start [port] | stop" ;;
    esac
}
