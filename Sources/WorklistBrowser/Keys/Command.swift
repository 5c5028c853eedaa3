/// Everything a key, the palette or a script can make the browser do. The raw value is the name in the keymap.
enum Command: String, CaseIterable, Sendable {
    // Moving, in every list of lines.
    case moveDown = "move.down"
    case moveUp = "move.up"
    case movePageDown = "move.pageDown"
    case movePageUp = "move.pageUp"
    case moveHalfDown = "move.halfDown"
    case moveHalfUp = "move.halfUp"
    case moveFirst = "move.first"
    case moveLast = "move.last"
    case moveLeft = "move.left"
    case moveRight = "move.right"

    // Every screen.
    case accept = "accept"
    case back = "back"
    case help = "app.help"
    case palette = "app.palette"
    case interrupt = "app.interrupt"
    case redraw = "app.redraw"
    case suspend = "app.suspend"
    case quit = "app.quit"
    case problems = "app.problems"

    // The query.
    case queryRun = "query.run"
    case queryCancel = "query.cancel"
    case queryEdit = "query.edit"
    case queryFind = "query.find"

    // Scopes and saved queries.
    case savedQuery4 = "saved.4"
    case savedQuery5 = "saved.5"
    case savedQuery6 = "saved.6"
    case savedQuery7 = "saved.7"
    case savedQuery8 = "saved.8"
    case savedQuery9 = "saved.9"
    case queriesMenu = "queries.menu"
    case querySave = "query.save"
    case queriesEdit = "queries.edit"
    case queriesRename = "queries.rename"
    case queriesDelete = "queries.delete"
    case queriesCopy = "queries.copy"
    case queriesUnnumber = "queries.unnumber"
    case scopeScanner = "scope.scanner"
    case scopeModality = "scope.modality"
    case scopeAll = "scope.all"
    case dayPrevious = "day.previous"
    case dayToday = "day.today"
    case dayNext = "day.next"

    // The row under the cursor.
    case rowOpen = "row.open"
    case rowMark = "row.mark"
    case marksClear = "marks.clear"
    case marksRange = "marks.range"
    case listExport = "list.export"
    case rowCopyValue = "row.copyValue"
    case rowCopy = "row.copy"
    case rowAsKey = "row.asKey"

    // Watch and barcode.
    case watchToggle = "watch.toggle"
    case watchInterval = "watch.interval"
    case watchChanges = "watch.changes"
    case barcodeScan = "barcode.scan"

    // The view of the list.
    case filterEdit = "filter.edit"
    case filterClear = "filter.clear"
    case viewSort = "view.sort"
    case viewColumns = "view.columns"
    case selectToggle = "select.toggle"
    case columnsDown = "columns.down"
    case columnsUp = "columns.up"
    case columnsWider = "columns.wider"
    case columnsNarrower = "columns.narrower"
    case columnsAdd = "columns.add"
    case columnsReset = "columns.reset"
    case viewTheme = "view.theme"
    case mouseToggle = "app.mouse"
    case viewFreeze = "view.freeze"
    case viewFit = "view.fit"
    case viewPrivacy = "view.privacy"

    // Servers.
    case serverMenu = "server.menu"
    case serverAdd = "server.add"
    case serverEdit = "server.edit"
    case serverTest = "server.test"

    // One line of text being edited.
    case fieldLeft = "field.left"
    case fieldRight = "field.right"
    case fieldHome = "field.home"
    case fieldEnd = "field.end"
    case fieldWordLeft = "field.wordLeft"
    case fieldWordRight = "field.wordRight"
    case fieldDeleteBackward = "field.deleteBackward"
    case fieldDeleteForward = "field.deleteForward"
    case fieldDeleteWord = "field.deleteWord"
    case fieldClear = "field.clear"
    case fieldDeleteToEnd = "field.deleteToEnd"

    // The query builder.
    case builderEdit = "builder.edit"
    case builderAdd = "builder.add"
    case builderAddItem = "builder.addItem"
    case builderDrop = "builder.drop"
    case builderReturnOnly = "builder.returnOnly"
    case builderHelper = "builder.helper"
    case builderFold = "builder.fold"
    case builderUndo = "builder.undo"
    case builderRedo = "builder.redo"
    case builderRun = "builder.run"
    case builderNextProblem = "builder.nextProblem"
    case builderPreview = "builder.preview"
    case builderSave = "builder.save"
    case builderCopy = "builder.copy"
    case editorHelper = "editor.helper"
    case editorNext = "editor.next"
    case editorPrevious = "editor.previous"
    case pickerLevel = "picker.level"
    case pickerWorklistOnly = "picker.worklistOnly"

    // The detail tree.
    case detailFold = "detail.fold"
    case detailFoldAll = "detail.foldAll"
    case detailCopy = "detail.copy"
    case detailCopyAll = "detail.copyAll"
    case detailBytes = "detail.bytes"
    case detailRaw = "detail.raw"
    case detailCharacterSet = "detail.characterSet"
    case readForServer = "text.server"
    case readAsDeclared = "text.declared"
    case detailAsKey = "detail.asKey"
    case detailNext = "detail.next"
    case detailPrevious = "detail.previous"

    // Forms.
    case formNext = "form.next"
    case formPrevious = "form.previous"
}

/// A section of the keymap: which keys mean what while a screen, a field or a dialog has them.
enum KeyContext: String, CaseIterable, Sendable, Hashable {
    case list, builder, detail, form, picker, editor, dialog, help
    /// The filter line of the list.
    case filter
    /// The list of servers.
    case servers
    /// The list of saved queries.
    case queries
    /// The columns of the list.
    case columns
    /// Character sets to try on a value.
    case characterSets
    /// What differs from the list before.
    case changes

    /// Printable keys type text there; only the others may be bound.
    var isForText: Bool {
        switch self {
        case .form, .picker, .editor, .help, .filter: true
        case .list, .builder, .detail, .dialog, .servers, .queries, .columns, .characterSets, .changes: false
        }
    }
}
