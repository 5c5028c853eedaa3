import Terminal

/// The styles that forms, trees and pickers draw with, looked up once per frame.
struct Ink {
    let text: Style
    let dim: Style
    let title: Style
    let border: Style
    let dialog: Style
    let dialogTitle: Style
    let header: Style
    let cursor: Style
    let error: Style
    let warning: Style
    let success: Style
    let key: Style
    let field: Style
    let activeField: Style
    let placeholder: Style
    let button: Style
    let activeButton: Style
    let match: Style
    let scroll: Style
    let identity: Style
    let identityWarning: Style

    init(_ theme: Theme) {
        text = theme.style("ui.text")
        dim = theme.style("ui.dim")
        title = theme.style("ui.title")
        border = theme.style("ui.border")
        dialog = theme.style("ui.dialog")
        dialogTitle = theme.style("ui.dialog.title")
        header = theme.style("table.header")
        cursor = theme.style("table.cursor")
        error = theme.style("ui.error")
        warning = theme.style("ui.warning")
        success = theme.style("ui.ok")
        key = theme.style("ui.key")
        field = theme.style("ui.field")
        activeField = theme.style("ui.field.active")
        placeholder = theme.style("ui.field.placeholder")
        button = theme.style("ui.button")
        activeButton = theme.style("ui.button.active")
        match = theme.style("ui.match")
        scroll = theme.style("ui.scroll")
        identity = theme.style("ui.identity")
        identityWarning = theme.style("ui.identity.warning")
    }
}
