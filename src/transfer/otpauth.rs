//! TODO
pub struct Otpauth;
