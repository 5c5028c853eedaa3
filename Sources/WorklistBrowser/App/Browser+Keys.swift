import DICOMData
import DICOMMatching
import Terminal

/// Keys, pastes and commands.
extension Browser {
    /// The section of the keymap in force.
    var context: KeyContext {
        if let top = overlays.last { return top.component.keyContext }
        return filterField == nil ? .list : .filter
    }

    mutating func press(_ key: Key) -> [Effect] {
        lastClicked = nil
        if let effects = pressAfterPrefix(key) { return effects }
        guard isLargeEnough else { return pressUnseen(key) }
        let context = context
        let takesText = overlays.last?.component.takesText ?? (filterField != nil)
        if takesText, let character = key.typedCharacter {
            return insert(String(character))
        }
        if beginSequence(key) { return [] }
        guard let command = keymap.command(for: key, in: context) else {
            message = nil
            if context == .list {
                let help = keymap.label(of: .help, in: .list).map { "; \($0) shows the keys" } ?? ""
                message = Message(kind: .info, text: "\(key.label) has no meaning here\(help)")
            }
            return []
        }
        message = nil
        return perform(command)
    }

    /// On a screen too small to show anything: what ends or draws anew works, all else would act on what is not seen.
    private mutating func pressUnseen(_ key: Key) -> [Effect] {
        switch keymap.command(for: key, in: context) {
        case .interrupt: return perform(.interrupt)
        case .redraw: return perform(.redraw)
        case .suspend: return perform(.suspend)
        case .queryCancel where overlays.isEmpty: return perform(.queryCancel)
        case .quit where overlays.isEmpty && run == nil: return perform(.quit)
        default: return []
        }
    }

    mutating func paste(_ text: String) -> [Effect] {
        pending = nil
        guard isLargeEnough else { return [] }
        let takesText = overlays.last?.component.takesText ?? (filterField != nil)
        if takesText { return insert(text) }
        if overlays.isEmpty, BarcodeScan.isPlausible(pasted: text, settings.barcode) { return scanned(text) }
        message = Message(kind: .info, text: "pasted text runs no commands; / and then paste filters the list")
        return []
    }

    private mutating func insert(_ text: String) -> [Effect] {
        message = nil
        if !overlays.isEmpty {
            let surroundings = surroundings
            let last = overlays.count - 1
            return carryOut(overlays[last].insert(text, surroundings))
        }
        filterField?.insert(text)
        return filterChanged()
    }

    // MARK: Commands

    mutating func perform(_ command: Command) -> [Effect] {
        switch command {
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .interrupt: return interrupt()
        case .help:
            let below = context
            overlays.append(Overlay(HelpDialog(context: below)))
            return []
        case .palette:
            let below = context
            overlays.append(Overlay(PaletteDialog(context: below)))
            return []
        case .mouseToggle: return toggleMouse()
        case .problems:
            openProblems()
            return []
        default: break
        }
        if !overlays.isEmpty {
            if let detail = overlays[overlays.count - 1].as(DetailScreen.self) {
                switch command {
                case .detailNext where detail.standsAlone, .detailPrevious where detail.standsAlone,
                    .detailAsKey where detail.standsAlone:
                    message = Message(kind: .info, text: "this item is not on the list any more")
                    return []
                case .detailNext: return stepDetail(1)
                case .detailPrevious: return stepDetail(-1)
                case .detailCopy, .detailCopyAll, .detailAsKey:
                    if refusesWhilePrivate() { return [] }
                default: break
                }
            }
            let surroundings = surroundings
            return carryOut(overlays[overlays.count - 1].perform(command, surroundings))
        }
        return filterField == nil ? performOnList(command) : performInFilter(command)
    }

    private mutating func sayHowToCancel() {
        let key = keymap.label(of: .queryCancel, in: .list) ?? "x"
        message = Message(kind: .info, text: "the query is running; \(key) cancels it")
    }

    private mutating func performOnList(_ command: Command) -> [Effect] {
        switch command {
        // The query.
        case .queryRun:
            if run != nil, run?.query.keys == query.keys {
                sayHowToCancel()
                return []
            }
            return startQuery(query)
        case .queryCancel: return cancel()
        case .queryEdit:
            // Its values stand there in full.
            if query.matchingKeys.contains(where: { QueryWords.isPersonal(path: $0.path, vr: $0.vr) }),
                refusesWhilePrivate()
            {
                return []
            }
            overlays.append(Overlay(BuilderScreen(query: query, server: server)))
        case .queryFind: return openPatientForm()
        // Scopes and saved queries.
        case .savedQuery4: return runSaved(number: 4)
        case .savedQuery5: return runSaved(number: 5)
        case .savedQuery6: return runSaved(number: 6)
        case .savedQuery7: return runSaved(number: 7)
        case .savedQuery8: return runSaved(number: 8)
        case .savedQuery9: return runSaved(number: 9)
        case .queriesMenu: return openSavedQueries()
        case .querySave: return openSaveQuery()
        case .scopeScanner: return choose(.scanner)
        case .scopeModality: return choose(.modality)
        case .scopeAll: return choose(.all)
        case .dayPrevious: return moveDay(by: -1)
        case .dayToday: return moveDay(by: nil)
        case .dayNext: return moveDay(by: 1)
        // Watch and barcode.
        case .watchToggle: return toggleWatch()
        case .watchInterval: return openWatchInterval()
        case .watchChanges: return toggleChangesOnly()
        case .barcodeScan: return openBarcode()
        // Rows.
        case .rowMark: return toggleMark()
        case .marksClear: return clearMarks()
        case .marksRange: return markRange()
        case .listExport: return openExport()
        case .rowOpen: openDetail()
        case .rowCopyValue: return copyValue()
        case .rowCopy: return copyRow()
        case .rowAsKey: addAsKey()
        case .filterEdit:
            // A scan may have left an identifier in it.
            if list?.rows.filter != nil, refusesWhilePrivate() { return [] }
            filterBefore = list?.rows.filter
            filterField = TextField(list?.rows.filter?.text ?? "", limit: 200)
            filterField?.select()
        case .filterClear: return clearFilter()
        case .back:
            // The message is gone already; a second time clears the filter.
            if list?.rows.filter != nil { return clearFilter() }
            // Whoever presses it now wants the query to stop.
            if run != nil { sayHowToCancel() }
        case .viewSort:
            if let list {
                let shown = list.layout?.all.map(\.column) ?? []
                overlays.append(Overlay(SortMenu(current: list.rows.order, shown: shown)))
            }
        case .viewColumns: return openColumns()
        case .viewFreeze: return toggleFreeze()
        case .viewFit:
            list?.layout = nil
        case .viewPrivacy:
            isPrivate.toggle()
        // Themes and the rest.
        case .viewTheme: return openThemes()
        case .serverMenu:
            overlays.append(Overlay(serversMenu()))
        case .quit:
            if run == nil { return quit(exitCode: 0) }
            askToQuit()
        case .moveLeft: moveFocus(by: -1)
        case .moveRight: moveFocus(by: 1)
        default:
            moveCursor(command)
        }
        return []
    }

    /// Cancels what runs; when nothing does, asks to quit, and quits when asked twice.
    private mutating func interrupt() -> [Effect] {
        if overlays.last?.is(ConfirmDialog.self) == true { return quit(exitCode: 0) }
        if run != nil { return cancel() }
        askToQuit()
        return []
    }

    private mutating func askToQuit() {
        overlays.append(Overlay(ConfirmDialog(question: .quit(isRunning: run != nil))))
    }

    // MARK: Intents

    mutating func carryOut(_ intents: [Intent]) -> [Effect] {
        var effects: [Effect] = []
        for intent in intents {
            switch intent {
            case .effect(.quit(let code)): effects += quit(exitCode: code)
            case .effect(.copy(let text)) where !Clipboard.holds(text):
                message = tooLongToCopy(text)
                return effects
            case .export(let plan, let replaces): effects += export(plan, replaces: replaces)
            case .cancelExport: effects += [exporting].compactMap(\.self).map(Effect.cancelExport)
            case .scanned(let text):
                if !overlays.isEmpty { overlays.removeLast() }
                effects += scanned(text)
            case .effect(.startEcho(_, let profile)): effects += startTest(of: profile)
            case .effect(let effect): effects.append(effect)
            case .close:
                effects += stopTest()
                if !overlays.isEmpty { overlays.removeLast() }
            case .open(let overlay): overlays.append(overlay)
            case .saved(let intent): effects += carryOut(intent)
            case .patient(let query, let place):
                patientPlace = place
                overlays.removeAll()
                effects += startQuery(query)
            case .run(let query):
                overlays.removeAll()
                effects += startQuery(query)
            case .keep(let query):
                self.query = query
            case .addKey(let key): query.set(key)
            case .use(let profile, let isSaving):
                if isSaving {
                    effects.append(.saveServer(profile))
                } else {
                    overlays.removeAll()
                    effects += use(profile)
                }
            case .perform(let command):
                if !overlays.isEmpty { overlays.removeLast() }
                effects += perform(command)
            case .sort(let order): effects += sort(by: order)
            case .columns(let columns, let column): show(columns, revealing: column)
            case .rememberView: effects += rememberView()
            case .ask(let paths): askFor(paths)
            case .read(let set, let scope): effects += read(with: set, scope)
            case .performArgument(let command, let argument):
                if !overlays.isEmpty { overlays.removeLast() }
                effects += perform(command, argument: argument)
            case .preview(let theme): wear(theme)
            case .keepTheme(let theme): effects += keep(theme)
            case .openChanged(let identity, let row): effects += openChanged(identity, near: row)
            case .watch(let seconds): effects += startWatch(every: seconds)
            case .message(let message):
                self.message = message
            }
        }
        return effects
    }
}
