//! TODO
pub struct QrPicture;
