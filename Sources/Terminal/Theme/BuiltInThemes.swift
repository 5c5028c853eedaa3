/// The themes that are part of the program. The files in the `themes` folder hold the same text; a test compares them.
enum BuiltInThemes {
    static let texts: [String: String] = ["default": standard, "mono": mono]

    private static let standard = #"""
        # The built-in theme: the 16 colours of the terminal, on the terminal's own background.
        # Copy it to ~/.config/worklist/themes/NAME.toml to make your own, or write a short file that says inherits = "default".
        #
        # A colour is default, one of the 16 names (black red green yellow blue magenta cyan white, and each with bright- before
        # it), "#RRGGBB", 0 to 255, or a name of [palette]. Modifiers: bold dim italic underline reverse blink.
        # Scopes: the longest name wins, table.status.started before table.status before table; ui.text is the last resort.

        appearance = "any"

        [palette]
        # frost = { hex = "#88C0D0", c256 = 110, c16 = "cyan" }

        [scopes]
        "ui.text"              = { fg = "default", bg = "default" }
        "ui.dim"               = { mods = ["dim"] }
        "ui.title"             = { mods = ["bold"] }
        "ui.border"            = { mods = ["dim"] }
        "ui.dialog"            = { fg = "default" }
        "ui.dialog.title"      = { fg = "cyan", mods = ["bold"] }
        "ui.field"             = { mods = ["underline"] }
        "ui.field.active"      = { fg = "black", bg = "cyan" }
        "ui.field.placeholder" = { mods = ["dim"] }
        "ui.button"            = { mods = ["bold"] }
        "ui.button.active"     = { fg = "black", bg = "cyan", mods = ["bold"] }
        "ui.error"             = { fg = "red", mods = ["bold"] }
        "ui.warning"           = { fg = "yellow", mods = ["bold"] }
        "ui.ok"                = { fg = "green" }
        "ui.key"               = { fg = "cyan", mods = ["bold"] }
        "ui.bar"               = { fg = "default" }
        "ui.bar.scope"         = { mods = ["dim"] }
        "ui.bar.scope.active"  = { fg = "cyan", mods = ["bold"] }
        "ui.identity"          = { fg = "black", bg = "cyan" }              # who the row under the cursor is
        "ui.identity.warning"  = { fg = "black", bg = "yellow", mods = ["bold"] }
        "ui.match"             = { fg = "yellow", mods = ["underline"] }    # what the filter found
        "ui.scroll"            = { mods = ["dim"] }

        "ui.outcome.running"   = { fg = "cyan", mods = ["bold"] }
        "ui.outcome.complete"  = { fg = "green" }
        "ui.outcome.cancelled" = { fg = "yellow" }
        "ui.outcome.limited"   = { fg = "yellow", mods = ["bold"] }
        "ui.outcome.failed"    = { fg = "bright-white", bg = "red", mods = ["bold"] }

        "server.prod"          = { fg = "bright-white", bg = "red", mods = ["bold"] }
        "server.test"          = { fg = "black", bg = "green" }
        "server.local"         = { fg = "black", bg = "white" }

        "table.header"         = { mods = ["bold", "underline"] }
        "table.row"            = { fg = "default" }
        "table.cursor"         = { fg = "bright-white", bg = "blue", mods = ["bold"] }
        "table.mark"           = { fg = "magenta", mods = ["bold"] }
        "table.stat"           = { fg = "red", mods = ["bold"] }
        "table.new"            = { fg = "green" }
        "table.changed"        = { fg = "yellow", mods = ["underline"] }
        "table.gone"           = { mods = ["dim"] }
        "table.status"         = { fg = "default" }
        "table.status.arrived" = { fg = "cyan" }
        "table.status.ready"   = { fg = "green", mods = ["bold"] }
        "table.status.started" = { fg = "yellow" }
        "table.status.departed"     = { fg = "magenta" }
        "table.status.completed"    = { mods = ["dim"] }
        "table.status.discontinued" = { fg = "red", mods = ["dim"] }
        "table.guessed"        = { fg = "yellow" }                          # decoded with a guessed character set
        "table.truncated"      = { mods = ["dim"] }

        "builder.required"     = { fg = "cyan", mods = ["bold"] }
        "builder.value"        = { fg = "green" }
        "builder.error"        = { fg = "red", mods = ["bold"] }
        "builder.note"         = { mods = ["dim"] }
        "builder.sequence"     = { mods = ["bold"] }

        "detail.tag"           = { mods = ["dim"] }
        "detail.vr"            = { mods = ["dim"] }
        "detail.name"          = { fg = "cyan" }
        "detail.value"         = { fg = "default" }
        "detail.empty"         = { mods = ["dim"] }                         # asked for, came back empty
        "detail.absent"        = { fg = "yellow", mods = ["dim"] }          # asked for, not returned at all

        "log"                  = { fg = "default" }
        "log.time"             = { mods = ["dim"] }
        "log.sent"             = { fg = "cyan" }
        "log.received"         = { fg = "green" }
        "log.error"            = { fg = "red", mods = ["bold"] }

        [glyphs]
        cursor          = { unicode = "▸", ascii = ">" }
        mark            = { unicode = "•", ascii = "*" }
        stat            = "!"
        new             = "+"
        changed         = { unicode = "≠", ascii = "c" }
        gone            = { unicode = "✗", ascii = "x" }
        guessed         = { unicode = "≈", ascii = "?" }
        truncated       = "~"
        required        = "R"
        sort-ascending  = "^"
        sort-descending = { unicode = "ˇ", ascii = "v" }
        folded          = { unicode = "▸", ascii = ">" }
        unfolded        = { unicode = "▾", ascii = "v" }
        spinner         = { unicode = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"], ascii = ["|", "/", "-", "\\"] }
        ok              = { unicode = "✓", ascii = "+" }
        warning         = "!"
        failed          = { unicode = "✗", ascii = "x" }
        bullet          = { unicode = "·", ascii = "-" }
        arrow           = { unicode = "→", ascii = ">" }
        separator       = { unicode = "│", ascii = "|" }
        checked         = { unicode = "■", ascii = "x" }
        unchecked       = { unicode = "□", ascii = "_" }
        caret           = "_"
        horizontal      = { unicode = "─", ascii = "-" }
        vertical        = { unicode = "│", ascii = "|" }
        top-left        = { unicode = "╭", ascii = "+" }
        top-right       = { unicode = "╮", ascii = "+" }
        bottom-left     = { unicode = "╰", ascii = "+" }
        bottom-right    = { unicode = "╯", ascii = "+" }
        tee-left        = { unicode = "├", ascii = "+" }
        tee-right       = { unicode = "┤", ascii = "+" }
        tee-top         = { unicode = "┬", ascii = "+" }
        tee-bottom      = { unicode = "┴", ascii = "+" }
        cross           = { unicode = "┼", ascii = "+" }
        scroll-track    = { unicode = "░", ascii = ":" }
        scroll-thumb    = { unicode = "█", ascii = "#" }

        """#

    private static let mono = #"""
        # No colours: reverse, bold, underline and letters say everything. Used when NO_COLOR is set and on terminals without colour.
        # It inherits the default theme's glyphs only: every scope that has a colour there is set again here.

        inherits = "default"
        appearance = "any"

        [scopes]
        "ui.text"              = {}
        "ui.dim"               = {}
        "ui.title"             = { mods = ["bold"] }
        "ui.border"            = {}
        "ui.dialog"            = {}
        "ui.dialog.title"      = { mods = ["bold"] }
        "ui.field"             = { mods = ["underline"] }
        "ui.field.active"      = { mods = ["reverse"] }
        "ui.field.placeholder" = {}
        "ui.button"            = { mods = ["bold"] }
        "ui.button.active"     = { mods = ["reverse", "bold"] }
        "ui.error"             = { mods = ["reverse", "bold"] }
        "ui.warning"           = { mods = ["bold"] }
        "ui.ok"                = {}
        "ui.key"               = { mods = ["bold"] }
        "ui.bar"               = {}
        "ui.bar.scope"         = {}
        "ui.bar.scope.active"  = { mods = ["bold", "underline"] }
        "ui.identity"          = { mods = ["reverse"] }
        "ui.identity.warning"  = { mods = ["reverse", "bold", "underline"] }
        "ui.match"             = { mods = ["underline"] }
        "ui.scroll"            = {}

        "ui.outcome.running"   = { mods = ["bold"] }
        "ui.outcome.complete"  = {}
        "ui.outcome.cancelled" = { mods = ["bold"] }
        "ui.outcome.limited"   = { mods = ["bold", "underline"] }
        "ui.outcome.failed"    = { mods = ["reverse", "bold"] }

        "server.prod"          = { mods = ["reverse", "bold"] }
        "server.test"          = { mods = ["bold"] }
        "server.local"         = {}

        "table.header"         = { mods = ["bold", "underline"] }
        "table.row"            = {}
        "table.cursor"         = { mods = ["reverse"] }
        "table.mark"           = { mods = ["bold"] }
        "table.stat"           = { mods = ["bold"] }
        "table.new"            = { mods = ["underline"] }
        "table.changed"        = { mods = ["underline", "bold"] }
        "table.gone"           = {}
        "table.status"         = {}
        "table.status.arrived" = {}
        "table.status.ready"   = { mods = ["bold"] }
        "table.status.started" = { mods = ["underline"] }
        "table.status.departed"     = {}
        "table.status.completed"    = {}
        "table.status.discontinued" = {}
        "table.guessed"        = { mods = ["underline"] }
        "table.truncated"      = {}

        "builder.required"     = { mods = ["bold"] }
        "builder.value"        = { mods = ["underline"] }
        "builder.error"        = { mods = ["reverse"] }
        "builder.note"         = {}
        "builder.sequence"     = { mods = ["bold"] }

        "detail.tag"           = {}
        "detail.vr"            = {}
        "detail.name"          = { mods = ["bold"] }
        "detail.value"         = {}
        "detail.empty"         = {}
        "detail.absent"        = {}

        "log"                  = {}
        "log.time"             = {}
        "log.sent"             = { mods = ["bold"] }
        "log.received"         = {}
        "log.error"            = { mods = ["reverse"] }

        """#
}
