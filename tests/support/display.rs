//! A display that remembers each write.

use countersign::ports::terminal::Display;
use ratatui::layout::Size;
use std::io;
use std::sync::{Arc, Mutex};

#[derive(Clone)]
pub struct FakeDisplay {
    pub size: Size,
    writes: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl FakeDisplay {
    pub fn of(columns: u16, rows: u16) -> Self {
        FakeDisplay { size: Size::new(columns, rows), writes: Arc::default() }
    }

    /// What was written since the last call, one string a write.
    pub fn take(&self) -> Vec<String> {
        let writes = std::mem::take(&mut *self.writes.lock().unwrap());
        writes.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }
}

impl Display for FakeDisplay {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writes.lock().unwrap().push(bytes.to_vec());
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }
}
