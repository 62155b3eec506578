//! What the drawing backend writes: the exact bytes, and that a terminal shows from them what was meant.

use crate::support::display::FakeDisplay;
use countersign::ports::terminal::Economical;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use std::collections::HashSet;

type Screen = Terminal<Economical<FakeDisplay>>;

fn screen(columns: u16, rows: u16) -> (Screen, FakeDisplay) {
    let display = FakeDisplay::of(columns, rows);
    (Terminal::new(Economical::new(display.clone())).unwrap(), display)
}

/// Draws texts in their styles at their places and gives what was written: one write at most.
fn draw(screen: &mut Screen, display: &FakeDisplay, texts: &[(u16, u16, &str, Style)]) -> String {
    screen
        .draw(|frame| {
            for (column, row, text, style) in texts {
                frame.buffer_mut().set_string(*column, *row, text, *style);
            }
        })
        .unwrap();
    let writes = display.take();
    assert!(writes.len() <= 1, "a frame is one write: {writes:?}");
    writes.concat()
}

const PLAIN: Style = Style::new();
const CYAN: Style = Style::new().fg(Color::Cyan);
const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);

#[test]
fn nothing_new_writes_nothing() {
    let (mut screen, display) = screen(20, 4);
    draw(&mut screen, &display, &[(3, 1, "code", BOLD)]);
    assert_eq!(draw(&mut screen, &display, &[(3, 1, "code", BOLD)]), "");
}

#[test]
fn the_first_text_is_addressed_absolutely() {
    let (mut screen, display) = screen(20, 4);
    assert_eq!(draw(&mut screen, &display, &[(0, 0, "a", PLAIN)]), "\x1b[Ha");
    let (mut screen, display) = self::screen(20, 4);
    assert_eq!(draw(&mut screen, &display, &[(4, 0, "a", PLAIN)]), "\x1b[;5Ha");
    let (mut screen, display) = self::screen(20, 4);
    assert_eq!(draw(&mut screen, &display, &[(0, 2, "a", PLAIN)]), "\x1b[3Ha");
    let (mut screen, display) = self::screen(20, 4);
    assert_eq!(draw(&mut screen, &display, &[(4, 2, "a", PLAIN)]), "\x1b[3;5Ha");
}

#[test]
fn the_cursor_goes_the_shortest_way() {
    let cases: [(&[(u16, u16)], &str); 9] = [
        (&[(0, 0), (1, 0)], "\x1b[Hab"),
        (&[(0, 0), (2, 0)], "\x1b[Ha\x1b[Cb"),
        (&[(0, 0), (30, 0)], "\x1b[Ha\x1b[29Cb"),
        (&[(0, 0), (1, 1)], "\x1b[Ha\nb"),
        (&[(0, 0), (0, 1)], "\x1b[Ha\n\x08b"),
        (&[(9, 0), (8, 2)], "\x1b[;10Ha\n\n\x08\x08b"),
        (&[(30, 0), (20, 1)], "\x1b[;31Ha\n\x1b[11Db"),
        (&[(30, 0), (31, 9)], "\x1b[;31Ha\x1b[9Bb"),
        (&[(30, 0), (8, 9)], "\x1b[;31Ha\x1b[10;9Hb"),
    ];
    for (places, bytes) in cases {
        let (mut screen, display) = screen(40, 12);
        let texts: Vec<_> = places.iter().zip(["a", "b"]).map(|(&(x, y), text)| (x, y, text, PLAIN)).collect();
        assert_eq!(draw(&mut screen, &display, &texts), bytes, "{places:?}");
    }
}

#[test]
fn only_attributes_that_differ_are_written() {
    let (mut screen, display) = screen(40, 4);
    let both = CYAN.add_modifier(Modifier::BOLD);
    let texts = [(0, 0, "a", CYAN), (1, 0, "b", both), (2, 0, "c", CYAN), (3, 0, "d", DIM), (4, 0, "e", PLAIN)];
    assert_eq!(draw(&mut screen, &display, &texts), "\x1b[H\x1b[36ma\x1b[1mb\x1b[22mc\x1b[0;2md\x1b[me");
}

#[test]
fn bold_goes_while_dim_stays() {
    let (mut screen, display) = screen(40, 4);
    let texts = [(0, 0, "a", CYAN.add_modifier(Modifier::BOLD | Modifier::DIM)), (1, 0, "b", CYAN.add_modifier(Modifier::DIM))];
    assert_eq!(draw(&mut screen, &display, &texts), "\x1b[H\x1b[1;2;36ma\x1b[22;2mb");
}

#[test]
fn colours_have_their_shortest_codes() {
    let cases = [
        (Style::new().fg(Color::Black), "30"),
        (Style::new().fg(Color::Gray), "37"),
        (Style::new().fg(Color::DarkGray), "90"),
        (Style::new().fg(Color::White), "97"),
        (Style::new().bg(Color::Blue), "44"),
        (Style::new().bg(Color::LightRed), "101"),
        (Style::new().fg(Color::Indexed(208)), "38;5;208"),
        (Style::new().bg(Color::Indexed(17)), "48;5;17"),
        (Style::new().fg(Color::Rgb(1, 20, 255)), "38;2;1;20;255"),
        (Style::new().bg(Color::Rgb(1, 20, 255)), "48;2;1;20;255"),
        (Style::new().underline_color(Color::Red), "58;5;1"),
        (Style::new().underline_color(Color::Rgb(1, 2, 3)), "58;2;1;2;3"),
    ];
    for (style, codes) in cases {
        let (mut screen, display) = screen(40, 4);
        assert_eq!(draw(&mut screen, &display, &[(0, 0, "a", style)]), format!("\x1b[H\x1b[{codes}ma"));
    }
}

#[test]
fn blanks_cost_no_colour_and_many_are_erased() {
    let (mut screen, display) = screen(40, 4);
    draw(&mut screen, &display, &[(0, 0, "0123456789", CYAN), (20, 0, "abc", CYAN)]);
    assert_eq!(draw(&mut screen, &display, &[(12, 0, "x", CYAN)]), "\r\x1b[10X\x1b[12Cx\x1b[7C   ");
}

#[test]
fn the_next_cell_after_a_doubtful_width_is_addressed_absolutely() {
    let (mut screen, display) = screen(40, 4);
    assert_eq!(draw(&mut screen, &display, &[(0, 0, "日本a👍b·c━d", PLAIN)]), "\x1b[H日本a👍\x1b[8Gb·\x1b[10Gc━d");
}

#[test]
fn the_last_column_leaves_the_cursor_where_no_one_can_say() {
    let (mut screen, display) = screen(5, 3);
    let bytes = draw(&mut screen, &display, &[(4, 0, "a", PLAIN), (4, 1, "b", PLAIN), (0, 2, "c", PLAIN)]);
    assert_eq!(bytes, "\x1b[;5Ha\n\x1b[5Gb\n\rc");
}

#[test]
fn the_cursor_is_shown_once_and_hidden_once() {
    let (mut screen, display) = screen(20, 4);
    let mut with_cursor = |at: Option<(u16, u16)>| {
        screen
            .draw(|frame| {
                if let Some((x, y)) = at {
                    frame.set_cursor_position(Position { x, y });
                }
            })
            .unwrap();
        display.take().concat()
    };
    assert_eq!(with_cursor(None), "");
    assert_eq!(with_cursor(Some((3, 2))), "\x1b[?25h\x1b[3;4H");
    assert_eq!(with_cursor(Some((3, 2))), "");
    assert_eq!(with_cursor(Some((4, 2))), "\x1b[C");
    assert_eq!(with_cursor(None), "\x1b[?25l");
}

#[test]
fn clearing_asks_the_terminal_nothing() {
    let (mut screen, display) = screen(20, 4);
    draw(&mut screen, &display, &[(0, 0, "a", CYAN.bg(Color::Red))]);
    screen.clear().unwrap();
    screen.backend_mut().flush().unwrap();
    assert_eq!(display.take().concat(), "\x1b[49m\x1b[2J\x1b[;2H");
}

#[test]
fn a_large_frame_is_one_synchronised_update() {
    let (mut screen, display) = screen(60, 40);
    let row = "x".repeat(60);
    let texts: Vec<_> = (0..40).map(|y| (0, y, row.as_str(), PLAIN)).collect();
    let bytes = draw(&mut screen, &display, &texts);
    assert!(bytes.starts_with("\x1b[?2026h\x1b[Hxxx") && bytes.ends_with("xxx\x1b[?2026l"), "{bytes:?}");
    assert_eq!(bytes.len(), 16 + 3 + 40 * 60 + 39 * 2);
}

/// A row of the list at second `second`: a bar of 18 cells in half cells, and its seconds.
fn list_row(row: u16, second: u16) -> Vec<(u16, u16, String, Style)> {
    let left = 30 - second % 30;
    let halves = left * 36 / 30;
    let full = "━".repeat((halves / 2).into());
    let half = if halves % 2 == 1 { "╸" } else { "" };
    let spent = "─".repeat((18 - halves / 2 - halves % 2).into());
    let seconds_at = 48 + 18 + 2;
    vec![
        (48, row, format!("{full}{half}"), CYAN),
        (48 + halves / 2 + halves % 2, row, spent, DIM),
        (seconds_at, row, format!("{left:>2}s"), DIM),
    ]
}

/// Bytes each second while `rows` rows, with periods begun at different moments, tick for half a minute.
fn ticking(rows: u16) -> Vec<usize> {
    let (mut screen, display) = screen(100, 50);
    let bytes: Vec<usize> = (0..30)
        .map(|second| {
            let texts: Vec<_> = (0..rows).flat_map(|row| list_row(row, second + row * 7)).collect();
            let texts: Vec<_> = texts.iter().map(|(x, y, text, style)| (*x, *y, text.as_str(), *style)).collect();
            draw(&mut screen, &display, &texts).len()
        })
        .collect();
    bytes[1..].to_vec()
}

#[test]
fn forty_five_ticking_rows_hold_1800_bytes_a_second() {
    let worst = ticking(45).into_iter().max().unwrap();
    assert!(worst <= 1800, "{worst}");
}

#[test]
fn one_ticking_row_holds_150_bytes_a_second() {
    let bytes = ticking(1);
    // The second in which a bar begins again draws it whole.
    assert!(bytes.iter().filter(|&&length| length > 150).count() <= 1, "{bytes:?}");
    assert!(bytes.iter().sum::<usize>() / bytes.len() <= 60, "{bytes:?}");
}

/// Cells that terminals and vt100 agree on: any style, symbols of one and two columns.
fn any_style() -> impl Strategy<Value = Style> {
    let colour = prop_oneof![
        3 => Just(Color::Reset),
        2 => (0u8..16).prop_map(|index| SIXTEEN[index as usize]),
        1 => any::<u8>().prop_map(Color::Indexed),
        1 => any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
    ];
    (colour.clone(), colour, 0u16..512).prop_map(|(fg, bg, bits)| {
        let shown = Modifier::BOLD | Modifier::DIM | Modifier::ITALIC | Modifier::UNDERLINED | Modifier::REVERSED;
        Style::new().fg(fg).bg(bg).add_modifier(Modifier::from_bits_truncate(bits).intersection(shown))
    })
}

const SIXTEEN: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

type Text = (u16, u16, String, Style);

fn any_texts(columns: u16, rows: u16) -> impl Strategy<Value = Vec<Text>> {
    let text = prop_oneof![
        "[a-c]{1,4}".boxed(),
        "[ ]{1,12}".boxed(),
        "[日本語ab]{1,4}".boxed(),
        "[━╸─]{1,6}".boxed(),
        "[·★✓é]{1,3}".boxed(),
    ];
    proptest::collection::vec((0..columns, 0..rows, text, any_style()), 0..12)
}

/// What the terminal shows where ratatui's buffer has a cell.
/// `halved` are cells that once were the second half of a wide character: what is left of one half overwritten keeps
/// a style that terminals do not agree on, and ratatui leaves it alone.
fn assert_shows(terminal: &vt100::Parser, halved: &HashSet<(u16, u16)>, buffer: &Buffer) {
    let Rect { width, height, .. } = buffer.area;
    for row in 0..height {
        let mut column = 0;
        while column < width {
            let cell = &buffer[(column, row)];
            let shown = terminal.screen().cell(row, column).unwrap();
            let symbol = if shown.has_contents() { shown.contents() } else { " " };
            let at = format!("row {row}, column {column}");
            assert_eq!(symbol, cell.symbol(), "{at}");
            let modifier = cell.modifier;
            if symbol == " " && halved.contains(&(row, column)) {
                column += 1;
                continue;
            }
            assert_eq!(shown.bgcolor(), vt100_colour(cell.bg), "background at {at}");
            assert_eq!(shown.inverse(), modifier.contains(Modifier::REVERSED), "reversed at {at}");
            assert_eq!(shown.underline(), modifier.contains(Modifier::UNDERLINED), "underlined at {at}");
            if symbol != " " || modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED) {
                assert_eq!(shown.fgcolor(), vt100_colour(cell.fg), "foreground at {at}");
                assert_eq!(shown.italic(), modifier.contains(Modifier::ITALIC), "italic at {at}");
                // It keeps one intensity, the one switched on last.
                let both = modifier.contains(Modifier::DIM | Modifier::BOLD);
                let (dim, bold) = (shown.dim(), shown.bold());
                let meant = (modifier.contains(Modifier::DIM), modifier.contains(Modifier::BOLD));
                assert!(if both { dim != bold } else { (dim, bold) == meant }, "intensity at {at}");
            }
            column += if shown.is_wide() { 2 } else { 1 };
        }
    }
}

fn vt100_colour(colour: Color) -> vt100::Color {
    match colour {
        Color::Reset => vt100::Color::Default,
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        named => vt100::Color::Idx(SIXTEEN.iter().position(|&each| each == named).unwrap() as u8),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_terminal_shows_what_was_drawn(frames in proptest::collection::vec(any_texts(23, 9), 1..6)) {
        let (mut screen, display) = screen(23, 9);
        let mut terminal = vt100::Parser::new(9.try_into().unwrap(), 23.try_into().unwrap(), 0);
        let mut halved = HashSet::new();
        for texts in frames {
            let mut meant = Buffer::empty(Rect::new(0, 0, 23, 9));
            screen
                .draw(|frame| {
                    for (column, row, text, style) in &texts {
                        frame.buffer_mut().set_string(*column, *row, text, *style);
                    }
                    meant = frame.buffer_mut().clone();
                })
                .unwrap();
            let cells = (0..9).flat_map(|row| (0..23).map(move |column| (row, column)));
            halved.extend(cells.filter(|&(row, column)| terminal.screen().cell(row, column).unwrap().is_wide_continuation()));
            terminal.process(display.take().concat().as_bytes());
            assert_shows(&terminal, &halved, &meant);
        }
    }
}
