#!/usr/bin/env python3
"""Sends requests that nobody would to every operation of the four API documents, with and without a session, and fails when an
answer is of the server's fault (5xx) or not as its document says.

    pip install schemathesis==4.32.5
    cargo build
    tests/schemathesis/run.py [requests]

It starts the local server on a table of its own, asks for at least so many requests in all (20,000), and prints how many it were.
"""

import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SURFACES = ["engine", "identity-server", "arc", "barong"]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# What would end the client that the next sign-in needs; strangers try it.
SPARED = ["auth-clients-update-all", "auth-clients-update", "auth-clients-replace", "auth-clients-delete"]

# Requests made up for each operation, beside those that try each limit of its parameters.
EXAMPLES = 25


def start(directory, environment):
    """Starts the server, and returns it with its address."""
    program = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "countersign"
    server = subprocess.Popen([program], env=environment, cwd=directory, stdout=subprocess.PIPE, text=True)
    for line in server.stdout:
        head, _, url = line.partition("Open")
        if not head.strip() and url:
            return server, url.strip().rstrip("/")
    sys.exit("the server ended before it said where it is")


def ask(surface, session, seed, environment, directory):
    """One run over one document; returns how many requests it were, and whether all went well."""
    report = pathlib.Path(directory) / "report.json"
    report.unlink(missing_ok=True)
    command = [
        pathlib.Path(sys.executable).with_name("schemathesis"),
        *("run", f"{environment['COUNTERSIGN_URL']}/openapi/{surface}.json"),
        *("--checks", CHECKS),
        *("--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(EXAMPLES)),
        *("--seed", str(seed)),
        *("--suppress-health-check", "all"),
        *("--warnings", "off"),
        *("--request-timeout", "30"),
        *("--report", "json", "--report-json-path", report),
        "--continue-on-failure",
        "--no-color",
    ]
    environment = {
        **environment,
        "COUNTERSIGN_SURFACE": surface,
        "COUNTERSIGN_SESSION": session,
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
    }
    if session == "signed in" and surface == "arc":
        command += [f"--exclude-operation-id={name}" for name in SPARED]
    run = subprocess.run(command, env=environment, cwd=directory, capture_output=True, text=True)
    if not report.exists():
        sys.exit(run.stdout + run.stderr)
    summary = json.loads(report.read_text())
    requests = summary["test_cases"]["generated"]
    # A run that tried nothing, or not all, has shown nothing.
    well = run.returncode == 0 and requests > 0 and summary["operations"]["tested"] == summary["operations"]["selected"]
    print(f"{surface}, {session}: {requests} requests, {'ok' if well else 'FAILED'}", flush=True)
    if not well:
        print(run.stdout[-20_000:])
    return requests, well


def all_rounds(least, environment, directory):
    """Runs over all documents until they were so many requests."""
    seed, requests, well = 0, 0, True
    while well and requests < least:
        seed += 1
        for surface in SURFACES:
            for session in ["signed in", "a stranger"]:
                more, went_well = ask(surface, session, seed, environment, directory)
                requests, well = requests + more, well and went_well
    print(f"{requests} requests in all")
    return well


def main():
    least = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as directory:
        environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": directory,
            "PORT": "0",
            "THROTTLE": "off",
            "LOG_LEVEL": "error",
            "USER_STORAGE_TITLES": "personal",
            "BOOTSTRAP_ADMIN_EMAIL": "admin@example.com",
            "BOOTSTRAP_ADMIN_PASSWORD": "Aa1 " + secrets.token_hex(12),
            "BOOTSTRAP_CLIENT_ID": "countersign",
            "BOOTSTRAP_CLIENT_SECRET": secrets.token_hex(16),
        }
        server, environment["COUNTERSIGN_URL"] = start(directory, environment)
        try:
            well = all_rounds(least, environment, directory)
            # Whatever it was asked, it is still there.
            urllib.request.urlopen(environment["COUNTERSIGN_URL"] + "/.well-known/jwks.json", timeout=30)
        finally:
            server.kill()
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
