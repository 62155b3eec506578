//! TODO
pub struct Json;
