//! The command line: one file a subcommand. Data goes to stdout, everything else to stderr; 0 is done, 1 failed, 2 wrong
//! usage.
