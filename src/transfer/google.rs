//! Google Authenticator transfer links (`otpauth-migration://offline?data=…`), as text; several parts in any order.

/// Which part of which transfer: `index` from 0 of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub batch_id: i32,
    pub index: u32,
    pub of: u32,
}

pub struct Google;
