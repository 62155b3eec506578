//! Editing entries, their tags and recovery codes: keys in, screen and vault out.
