//! What may happen once happens once, whoever comes at the same moment.
