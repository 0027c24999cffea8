//! Every operation of the published documents, success and each documented error.
