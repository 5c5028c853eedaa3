/// The built-in keys: contexts | keys | command | word for the bottom line | help.
///
/// A key means the same wherever it is bound outside text fields; the order is that of help and bottom line.
enum KeymapTable {
    static let text: StaticString = #"""
        list | Enter | row.open | detail | show every attribute of the row
        list | / F3 | filter.edit | filter | show only rows that contain words
        list | p F4 | query.find | find patient | ask the server for a patient
        list dialog | e F2 | query.edit | edit query | edit the query keys
        list dialog | r F5 | query.run | run | run the query again
        list | x | query.cancel | cancel | cancel the running query; again: abort
        list | s F6 | view.sort | sort | choose the column to sort by
        list | 1 | scope.scanner | | this scanner, on the day in view
        list | 2 | scope.modality | | this modality, on the day in view
        list | 3 | scope.all | | everything scheduled on the day in view
        list | 4 | saved.4 | | saved query 4
        list | 5 | saved.5 | | saved query 5
        list | 6 | saved.6 | | saved query 6
        list | 7 | saved.7 | | saved query 7
        list | 8 | saved.8 | | saved query 8
        list | 9 | saved.9 | | saved query 9
        list | b | queries.menu | | all saved queries
        list | S | query.save | | save the query under a name
        list | [ | day.previous | | one day earlier
        list | t | day.today | | today
        list | ] | day.next | | one day later
        list | \ | filter.clear | | clear the filter
        list | W | watch.toggle | | watch: ask again and again
        list | ctrl-w | watch.interval | | how often the watch asks
        list | d | watch.changes | | only what changed since the list before
        list | B F9 | barcode.scan | | find a scanned barcode
        list | m Space | row.mark | | mark the row, or take the mark away; next row
        list | V | marks.range | | mark all rows from the last mark to here
        list | M | marks.clear | | take all marks away
        list | X | list.export | | write rows, shown or marked, into a file
        list | = | row.asKey | | add the marked value to the query
        list | y | row.copyValue | | copy the value (tmux: set-clipboard on)
        list | Y | row.copy | | copy the row, or the marked rows
        list | c F7 | view.columns | | choose, order and size the columns
        list | z | view.freeze | | freeze the order; new rows at the end
        list | w | view.fit | | fit the column widths to the rows on screen
        list | P | view.privacy | | hide names and identifiers
        list | T | view.theme | | choose a theme
        list dialog | v F8 | server.menu | servers | choose the server

        builder | Enter e | builder.edit | edit | edit the value in place; fold a sequence
        builder | a Insert | builder.add | add | add an attribute
        builder | i | builder.addItem | | add an item to the sequence
        builder | d Delete | builder.drop | drop | drop the key from the query
        builder | Space | builder.returnOnly | return-only | empty the value: return it, do not match it
        builder | h F4 | builder.helper | helper | values to choose from
        builder | o | builder.fold | | fold or unfold the sequence
        builder | u | builder.undo | undo | undo
        builder | ctrl-r | builder.redo | | redo
        builder | r F5 | builder.run | run | run the query
        builder | n | builder.nextProblem | | go to the next value with an error or a note
        builder | Tab | builder.preview | preview | what will be sent, and the findscu line
        builder | S | builder.save | | save the query under a name
        builder | y | builder.copy | | copy the equivalent findscu line
        editor | Enter | accept | accept | accept the value
        editor | F4 ctrl-o | editor.helper | helper | values to choose from
        editor | Tab | editor.next | next | accept and edit the next key
        editor | shift-tab | editor.previous | | accept and edit the previous key
        picker | Enter | accept | choose | choose the line under the cursor
        picker | Tab | picker.level | level | where the attribute goes
        picker | ctrl-w | picker.worklistOnly | worklist only | only attributes of the worklist model

        detail | J | detail.next | next | next row of the list
        detail | K | detail.previous | previous | previous row of the list
        detail | Space Enter | detail.fold | fold | fold or unfold the sequence
        detail | o | detail.foldAll | | fold or unfold all sequences
        detail | y | detail.copy | copy | copy the value
        detail | Y | detail.copyAll | copy all | copy all elements as text
        detail | = | detail.asKey | add as key | use this value as a key of the query
        detail | c | detail.characterSet | text | try other character sets
        detail | b | detail.bytes | bytes | bytes of the value, in hexadecimal
        detail | v | detail.raw | raw | values as sent, or readable

        form | Tab | form.next | next | next field or button
        form | shift-tab | form.previous | | previous field or button
        form | Enter | accept | accept | press the button, or go to the next field
        dialog | Enter | accept | accept | accept
        servers | Enter | accept | use | use this server
        servers | a | server.add | add | add a server
        servers | e F2 | server.edit | edit | edit this server
        servers | t | server.test | test | test the connection, stage by stage
        queries | Enter | accept | run | run this query
        queries | e F2 | queries.edit | edit | edit its keys
        queries | R | queries.rename | rename | give it another name
        queries | d Delete | queries.delete | delete | delete it
        queries | y | queries.copy | copy | copy it as text, to share it
        queries | 1 | scope.scanner | | this scanner
        queries | 2 | scope.modality | | this modality
        queries | 3 | scope.all | | everything
        queries | 4 | saved.4 | | number 4 runs it from now on
        queries | 5 | saved.5 | | number 5 runs it from now on
        queries | 6 | saved.6 | | number 6 runs it from now on
        queries | 7 | saved.7 | | number 7 runs it from now on
        queries | 8 | saved.8 | | number 8 runs it from now on
        queries | 9 | saved.9 | | number 9 runs it from now on
        queries | 0 | queries.unnumber | | take its number away
        characterSets | Enter | accept | this row | read this row so
        characterSets | A | text.server | this server | read all of this server so
        characterSets | 0 | text.declared | as declared | read it as it was declared
        columns | Enter | accept | done | use these columns
        columns dialog | Space | select.toggle | show | show the column, or hide it
        columns | J | columns.down | | move the column to the right
        columns | K | columns.up | | move the column to the left
        columns | + > | columns.wider | wider | wider
        columns | - < | columns.narrower | narrower | narrower
        columns | a Insert | columns.add | add | show another attribute
        columns | R | columns.reset | reset | the usual columns
        help filter | Enter | accept | accept | accept
        changes | Enter | accept | go there | go to the row; look at one that is gone
        changes | d | watch.changes | | back to the list
        changes | j Down | move.down | | next line
        changes | k Up | move.up | | previous line
        changes | ctrl-f PgDn | move.pageDown | | one page down
        changes | ctrl-b PgUp | move.pageUp | | one page up
        changes | g Home | move.first | | first line
        changes | G End | move.last | | last line
        changes | ? F1 | app.help | help | the keys of this screen
        changes | Esc q | back | back | go back one step

        list builder detail dialog servers queries columns characterSets | j Down | move.down | | next line
        list builder detail dialog servers queries columns characterSets | k Up | move.up | | previous line
        form picker editor help filter | Down ctrl-n | move.down | | next line
        form picker editor help filter | Up ctrl-p | move.up | | previous line
        list builder detail dialog servers queries columns characterSets | ctrl-f PgDn | move.pageDown | | one page down
        list builder detail dialog servers queries columns characterSets | ctrl-b PgUp | move.pageUp | | one page up
        form picker editor help filter | PgDn | move.pageDown | | one page down
        form picker editor help filter | PgUp | move.pageUp | | one page up
        list builder detail | ctrl-d | move.halfDown | | half a page down
        list builder detail | ctrl-u | move.halfUp | | half a page up
        list builder detail dialog servers queries columns characterSets | g Home | move.first | | first line
        list builder detail dialog servers queries columns characterSets | G End | move.last | | last line
        list | h Left | move.left | | mark the column before
        list | l Right | move.right | | mark the next column
        detail | h Left | move.left | | fold
        detail | l Right | move.right | | unfold
        builder | Left | move.left | | fold
        builder | l Right | move.right | | unfold

        form picker editor help filter | Left ctrl-b | field.left | | cursor one character left
        form picker editor help filter | Right ctrl-f | field.right | | cursor one character right
        form picker editor help filter | Home ctrl-a | field.home | | cursor to the beginning
        form picker editor help filter | End ctrl-e | field.end | | cursor to the end
        form picker editor help filter | alt-b | field.wordLeft | | cursor one word left
        form picker editor help filter | alt-f | field.wordRight | | cursor one word right
        form picker editor help filter | Backspace | field.deleteBackward | | delete the character before the cursor
        form picker editor help filter | Delete ctrl-d | field.deleteForward | | delete the character under the cursor
        form editor help filter | ctrl-w | field.deleteWord | | delete the word before the cursor
        form picker editor help filter | ctrl-u | field.clear | | empty the field
        form picker editor help filter | ctrl-k | field.deleteToEnd | | delete from the cursor to the end

        list builder detail | : | app.palette | command | every command by name
        list | ! | app.problems | | what is wrong in your configuration files
        list builder detail | ? F1 | app.help | help | the keys of this screen
        form picker editor dialog servers queries columns characterSets filter | F1 | app.help | help | the keys of this screen
        builder detail dialog servers queries columns characterSets | Esc q | back | back | go back one step
        form picker editor help filter | Esc | back | back | go back one step
        list | Esc | back | | clear the message, then the filter
        list | q F10 | app.quit | | quit
        * | ctrl-c | app.interrupt | | cancel what runs; when idle, quit
        * | ctrl-l | app.redraw | | draw the screen anew
        * | ctrl-t | app.mouse | | mouse on or off
        * | ctrl-z | app.suspend | | stop the program; fg in the shell goes on
        """#
}
