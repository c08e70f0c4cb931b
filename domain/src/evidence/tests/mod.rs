//! Known answers, properties, and every single change of a log.
