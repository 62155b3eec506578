//! State in, picture out. Draws the visible screens, the toast and the keys; never panics at any size.

use super::state::State;
use super::widget::footer;
use ratatui::buffer::Buffer;

pub fn view(state: &State, buffer: &mut Buffer) {
    let area = buffer.area;
    if area.width == 0 || area.height == 0 {
        return;
    }
    buffer.set_style(area, state.common.theme.blank());
    for screen in state.visible() {
        screen.behaviour().draw(&state.common, buffer);
    }
    // In a few lines the content is worth more than the keys.
    if area.height < 4 {
        return;
    }
    let top = state.top().behaviour();
    if !top.overlay() {
        footer::draw_toast(buffer, &state.common, top);
    }
    footer::draw_keys(buffer, &state.common, top);
}
