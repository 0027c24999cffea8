//! No door is weaker than another (ASVS 7.4.1, 8.2.1, 8.3.1). Every operation of the four API documents that is not open to
//! anybody is called with everything that must not open it, and each time the answer is exactly the refusal of its contract,
//! and nothing in the table has changed.
//!
//! Rooms: [`operation`] what there is, from the documents, and what is open; [`request`] how each is asked for, by its event;
//! [`house`] what it names; [`warden`] somebody who may do everything, and all that opens a door; [`engine`],
//! [`identity_server`], [`arc`], [`barong`] how each surface is shown a credential, and what it says to one that is none;
//! [`sweep`] the loop.
//!
//! Conditions: [`lists`] that there are no other doors, and that what is genuine opens them all; [`strangers`] nothing, what
//! is broken, and what is another surface's; [`expired`] what is too old; [`ended`] what has ended; [`switched_off`] whoever
//! may not sign in any more, who comes in by none of the [`entrances`] either; [`roles`] whoever has not got the right;
//! [`others`] what is somebody else's.

mod arc;
mod barong;
mod ended;
mod engine;
mod entrances;
mod expired;
mod house;
mod identity_server;
mod lists;
mod operation;
mod others;
mod request;
mod roles;
mod strangers;
mod sweep;
mod switched_off;
mod warden;
