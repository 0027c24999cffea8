//! Making and verifying hashes: off the async threads, a bounded number at a time.

use std::{
    hint::black_box,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use argon2::{Algorithm, Argon2, Block, Version};
use zeroize::Zeroizing;

use super::{Argon2Params, Busy, Password, PasswordHash, hash::BYTES, turns::Turns};

/// Hashes passwords with argon2id and verifies them against whatever is stored.
///
/// A hash is tens of milliseconds of one core and 19 MiB. It runs on tokio's blocking threads, at most `threads` at a
/// time; at most `queue` more wait for their turn, the rest are answered [`Busy`] at once, so that a flood of sign-ins
/// costs a bounded amount of memory and leaves the other requests their time (ASVS 15.2.2). The memory is kept
/// and used again; allocating it anew would cost each hash its page faults.
pub struct PasswordHasher {
    params: Argon2Params,
    turns: Turns,
    memory: Arc<Memory>,
}

impl std::fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordHasher")
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// What came of comparing a password with a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Not this password, or no such user.
    Wrong,
    /// This password, exactly.
    Right {
        /// The stored hash is not argon2id with the current parameters: make a new one while the password is at hand.
        outdated: bool,
    },
}

impl PasswordHasher {
    /// At most `threads` hashes at a time, and at most `queue` waiting for them.
    #[must_use]
    pub fn new(params: Argon2Params, threads: NonZeroUsize, queue: usize) -> Self {
        Self {
            memory: Arc::new(Memory {
                blocks: params.inner().block_count(),
                idle: Mutex::default(),
            }),
            params,
            turns: Turns::new(threads, queue),
        }
    }

    /// The hash to store for a new password, of its NFKC form (NIST SP 800-63B-4 §3.1.1.2). The salt comes from the
    /// caller's generator, 32 random bytes for each hash.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full, or the runtime is shutting down.
    pub async fn hash(&self, password: &Password, salt: [u8; BYTES]) -> Result<PasswordHash, Busy> {
        let (params, memory) = (self.params.clone(), Arc::clone(&self.memory));
        let text = Zeroizing::new(password.normalized().to_owned());
        let work = move || {
            let mut tag = [0; BYTES];
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.inner().clone());
            memory
                .lend(params.inner().block_count(), |memory| {
                    argon2.hash_password_into_with_memory(text.as_bytes(), &salt, &mut tag, memory)
                })
                .map(|()| PasswordHash::made(&params, salt, tag))
                .map_err(|_| Busy)
        };
        self.turns.run(work).await?
    }

    /// Whether this is the password of `stored`, exactly as it was set (ASVS 6.2.8).
    ///
    /// `None` means that there is no such user: a hash with the current parameters is made and the answer is
    /// [`Verdict::Wrong`], after the same work as for a user of ours (ASVS 6.3.8). An imported hash costs what it
    /// costs, until its owner has signed in once.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full, or the runtime is shutting down.
    pub async fn verify(&self, password: &Password, stored: Option<&PasswordHash>) -> Result<Verdict, Busy> {
        let dummy = || PasswordHash::made(&self.params, [0; BYTES], [0; BYTES]);
        let hash = stored.cloned().unwrap_or_else(dummy);
        let outdated = hash.is_outdated(&self.params);
        let text = Zeroizing::new(hash.form(password).to_owned());
        let memory = Arc::clone(&self.memory);
        let work = move || {
            let scheme = hash.scheme();
            memory.lend(scheme.blocks(), |memory| {
                black_box(scheme.matches(text.as_bytes(), memory))
            })
        };
        let matches = self.turns.run(work).await?;
        Ok(if matches & stored.is_some() {
            Verdict::Right { outdated }
        } else {
            Verdict::Wrong
        })
    }

    /// How many hashes run or wait at this moment. A call counts from its first poll, and until its thread is free
    /// again even where nobody waits for the answer any more.
    #[must_use]
    pub fn in_progress(&self) -> usize {
        self.turns.taken()
    }
}

/// The memory of hashes that are done, for those to come: one piece for each thread at most. No password is in it, and
/// the next hash overwrites it, so it is not wiped in between.
struct Memory {
    blocks: usize,
    idle: Mutex<Vec<Vec<Block>>>,
}

impl Memory {
    /// Lends `needed` blocks. A hash that needs more than ours do gets its own, and gives them back to the system.
    fn lend<T>(&self, needed: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        if needed == 0 || needed > self.blocks {
            return work(&mut vec![Block::new(); needed]);
        }
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut memory = taken.unwrap_or_else(|| vec![Block::new(); self.blocks]);
        let done = work(&mut memory);
        idle().push(memory);
        done
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RIGHT: Verdict = Verdict::Right { outdated: false };
    const OUTDATED: Verdict = Verdict::Right { outdated: true };

    fn small() -> Argon2Params {
        Argon2Params::new(16, 1, 1).unwrap()
    }

    fn hasher(params: Argon2Params, threads: usize, queue: usize) -> PasswordHasher {
        PasswordHasher::new(params, NonZeroUsize::new(threads).unwrap(), queue)
    }

    fn password(text: &str) -> Password {
        Password::present(text.to_owned()).unwrap()
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    }

    #[tokio::test]
    async fn the_text_is_that_of_the_reference_implementation() {
        let salt = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let hasher = hasher(Argon2Params::default(), 1, 0);
        // Made by argon2-cffi of "fine-Grained-7"; the ligature is the same in NFKC.
        let made = hasher.hash(&password("ﬁne-Grained-7"), salt).await.unwrap();
        assert_eq!(
            made.as_str(),
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\
             $/1RlZ4B3u0JpGzXRUU0bqqXmO7WuZxJu2vnnK6CZ1iI"
        );
        for text in ["fine-Grained-7", "ﬁne-Grained-7"] {
            assert_eq!(hasher.verify(&password(text), Some(&made)).await, Ok(RIGHT), "{text}");
        }
        assert_eq!(
            hasher.verify(&password("fine-grained-7"), Some(&made)).await,
            Ok(Verdict::Wrong)
        );
    }

    #[tokio::test]
    async fn hashes_of_other_parameters_verify_and_ask_for_an_upgrade() {
        let (old, new) = (
            hasher(small(), 1, 0),
            hasher(Argon2Params::new(32, 2, 1).unwrap(), 1, 0),
        );
        let typed = password("ﬁne-Grained-7");
        let stored = old.hash(&typed, [1; 32]).await.unwrap();
        assert_eq!(old.verify(&typed, Some(&stored)).await, Ok(RIGHT));
        assert_eq!(new.verify(&typed, Some(&stored)).await, Ok(OUTDATED));
        assert_eq!(
            new.verify(&password("fine-Grained-8"), Some(&stored)).await,
            Ok(Verdict::Wrong)
        );
        let upgraded = new.hash(&typed, [2; 32]).await.unwrap();
        assert_eq!(new.verify(&typed, Some(&upgraded)).await, Ok(RIGHT));
    }

    #[tokio::test]
    async fn an_imported_hash_verifies_and_asks_for_an_upgrade() {
        let hasher = hasher(small(), 1, 0);
        let bcrypt = "$2b$04$abcdefghijklmnopqrstuuE9NAZaR8hwMwLdD605JLK3N8r1SRkn2";
        let needs_more = "$argon2id$v=19$m=64,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$Vo2YaNkgsbbA7fr5pk8peafNQmSvIJNa";
        for stored in [bcrypt, needs_more].map(|text| PasswordHash::import(text).unwrap()) {
            assert_eq!(
                hasher.verify(&password("ﬁne-Grained-7"), Some(&stored)).await,
                Ok(OUTDATED)
            );
            assert_eq!(
                hasher.verify(&password("fine-Grained-7"), Some(&stored)).await,
                Ok(Verdict::Wrong)
            );
        }
        // What they needed is not kept.
        assert_eq!(hasher.memory.idle.lock().unwrap().len(), 0);
    }

    #[tokio::test]
    async fn beyond_the_queue_both_are_busy() {
        let hasher = Arc::new(hasher(small(), 1, 0));
        let (release, released) = std::sync::mpsc::channel::<()>();
        let held = Arc::clone(&hasher);
        let held = tokio::spawn(async move { held.turns.run(move || released.recv()).await });
        while hasher.in_progress() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(hasher.hash(&password("one more"), [0; BYTES]).await, Err(Busy));
        assert_eq!(hasher.verify(&password("one more"), None).await, Err(Busy));
        drop(release);
        held.await.unwrap().unwrap().unwrap_err();
        assert_eq!(hasher.verify(&password("one more"), None).await, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn an_unknown_user_is_wrong_after_a_hash() {
        let hasher = hasher(small(), 1, 0);
        assert_eq!(
            hasher.verify(&password("anything at all"), None).await,
            Ok(Verdict::Wrong)
        );
        // It took the same memory as a hash of ours does.
        assert_eq!(hasher.memory.idle.lock().unwrap().len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// ASVS 6.2.8: the whole of it counts, in every character, at any length.
        #[test]
        fn a_password_verifies_exactly(text in ".{1,255}", at in any::<prop::sample::Index>(), other in any::<char>()) {
            let changed: String = {
                let mut chars: Vec<char> = text.chars().collect();
                let at = at.index(chars.len());
                chars[at] = other;
                chars.into_iter().collect()
            };
            let (typed, changed, longer) = (password(&text), password(&changed), password(&(text + "x")));
            block_on(async {
                let hasher = hasher(small(), 1, 0);
                let stored = hasher.hash(&typed, [3; 32]).await.unwrap();
                prop_assert_eq!(hasher.verify(&typed, Some(&stored)).await, Ok(RIGHT));
                let expected = if typed.normalized() == changed.normalized() { RIGHT } else { Verdict::Wrong };
                prop_assert_eq!(hasher.verify(&changed, Some(&stored)).await, Ok(expected));
                prop_assert_eq!(hasher.verify(&longer, Some(&stored)).await, Ok(Verdict::Wrong));
                Ok(())
            })?;
        }

        #[test]
        fn forms_that_are_equal_in_nfkc_verify(text in ".{1,64}") {
            use unicode_normalization::UnicodeNormalization as _;
            block_on(async {
                let hasher = hasher(small(), 1, 0);
                let stored = hasher.hash(&password(&text), [4; 32]).await.unwrap();
                let forms: [String; 4] =
                    [text.nfc().collect(), text.nfd().collect(), text.nfkc().collect(), text.nfkd().collect()];
                for form in forms {
                    prop_assume!(form.len() <= Password::MAX_BYTES);
                    prop_assert_eq!(hasher.verify(&password(&form), Some(&stored)).await, Ok(RIGHT));
                }
                Ok(())
            })?;
        }
    }
}
