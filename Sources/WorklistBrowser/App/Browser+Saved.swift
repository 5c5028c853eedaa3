import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Saved queries and the patient form.
extension Browser {
    // MARK: Running

    /// What a server is asked first: as the user's settings say, else as narrow as those of the server allow.
    mutating func startAsConfigured() -> [Effect] {
        if let opening = settings.opening {
            settings.opening = nil
            return run(opening)
        }
        // The demonstration knows nothing of the user's stations.
        guard let start = settings.start, server?.accent != .demo else {
            return startQuery(Self.startQuery(for: server))
        }
        switch start.lowercased() {
        case "scanner": return choose(.scanner)
        case "modality" where server?.modality.isEmpty == false: return choose(.modality)
        case "all": return choose(.all)
        default: break
        }
        if let saved = savedQuery(named: start) { return run(saved) }
        let effects = startQuery(Self.startQuery(for: server))
        message = Message(
            kind: .warning,
            text: start.lowercased() == "modality"
                ? "start = \"modality\": the settings of this server name no modality"
                : "start = \"\(start)\": there is no saved query of that name"
        )
        return effects
    }

    /// The sound saved queries, in the order of their files.
    var savedQueries: [SavedQuery] { settings.savedFiles.compactMap(\.saved) }

    func savedQuery(named name: String) -> SavedQuery? {
        savedQueries.first { $0.name == name } ?? savedQueries.first { $0.name.lowercased() == name.lowercased() }
    }

    mutating func runSaved(number: Int) -> [Effect] {
        let owners = savedQueries.filter { $0.number == number }
        let list = keymap.label(of: .queriesMenu, in: .list) ?? "b"
        if owners.count > 1 {
            // Copied files: which of them is meant, nobody can know.
            let names = owners.map { TerminalText("'\($0.name)'") }.joined(separator: " and ")
            message = Message(
                kind: .warning,
                text:
                    "\(number) is the number of \(names); nothing was asked: \(list) lists them, a digit gives another"
            )
            return []
        }
        if let saved = owners.first { return run(saved) }
        message = Message(
            kind: .info,
            text: "no saved query has the number \(number): \(list) lists them and gives numbers"
        )
        return []
    }

    /// Runs a saved query; what it asks for each time is typed first.
    mutating func run(_ saved: SavedQuery) -> [Effect] {
        do throws(QueryError) {
            let filled = try saved.query(for: server)
            opened = saved
            // Run anew it looks as its file says, whatever was changed for the moment.
            if viewedName == saved.name { viewedName = nil }
            if saved.asked.isEmpty {
                overlays.removeAll()
                return startQuery(filled)
            }
            overlays.append(Overlay(BuilderScreen(query: filled, server: server, asking: saved.later.asked)))
            let names = saved.asked.map { TerminalText(AttributeNames.name(of: $0.tag)) }
            let enter = keymap.label(of: .accept, in: .editor) ?? "Enter"
            let leave = keymap.label(of: .back, in: .editor) ?? "Esc"
            message = Message(
                kind: .info,
                text: "type \(names.joined(separator: ", then ")); \(enter) runs the query, \(leave) leaves it"
            )
        } catch {
            message = Message(kind: .error, text: "'\(saved.name)' was not run: \(TerminalText(error.description))")
        }
        return []
    }

    /// The numbered query that what is on screen stands for.
    func isActive(_ saved: SavedQuery) -> Bool {
        let shown = list?.query ?? query
        guard saved.asked.isEmpty, let filled = try? saved.query(for: server) else { return false }
        return shown.model == filled.model
            && shown.matchingKeys.map(\.withoutSource) == filled.matchingKeys.map(\.withoutSource)
    }

    // MARK: Screens

    mutating func openSavedQueries() -> [Effect] {
        let screen = SavedQueryList(files: settings.savedFiles, server: server, folder: settings.queriesFolder)
        overlays.append(Overlay(screen))
        // Files may have come, gone or been edited since.
        return [.queryFiles(.read)]
    }

    mutating func openSaveQuery() -> [Effect] {
        openSave(query, asked: [:])
        return []
    }

    private mutating func openSave(_ query: Query, asked: [AttributePath: ValueSource]) {
        guard !refusesWhilePrivate() else { return }
        overlays.append(
            Overlay(
                SaveQueryDialog(
                    query: query,
                    asked: asked,
                    view: view,
                    isViewed: viewedName == query.name,
                    files: settings.savedFiles,
                    folder: settings.queriesFolder
                )
            )
        )
    }

    mutating func openPatientForm() -> [Effect] {
        overlays.append(Overlay(PatientForm(base: query, server: server, place: patientPlace)))
        return []
    }

    // MARK: What dialogs ask

    mutating func carryOut(_ intent: SavedQueryIntent) -> [Effect] {
        switch intent {
        case .run(let saved): return run(saved)
        case .edit(let saved):
            // What the settings of this server do not have stays empty, and is said to come from there.
            let filled = (try? saved.query(for: server)) ?? saved.query
            overlays.append(Overlay(BuilderScreen(query: filled, server: server, asked: saved.later.asked)))
        case .openSave(let query, let asked): openSave(query, asked: asked)
        case .save(let request): return save(request)
        case .openRename(let file):
            overlays.append(
                Overlay(
                    SaveQueryDialog(renaming: file, files: settings.savedFiles, folder: settings.queriesFolder)
                )
            )
        case .rename(let file, let name):
            guard var saved = file.saved else { return [] }
            saved.name = name
            saved.query.name = name
            return confirm(.rename(file, saved), over: file)
        case .number(let file, let number):
            guard var saved = file.saved, saved.number != number else { return [] }
            saved.number = number
            return write(saved, over: file)
        case .keep(var saved, let number):
            saved.number = number
            return write(saved, over: nil)
        case .askDelete(let file): askDelete(file)
        case .effect(let effect): return [.queryFiles(effect)]
        }
        return []
    }

    /// The file that has the number already, unless it is the one to be written.
    private func owner(of number: Int?, except file: SavedQueryFile?) -> SavedQueryFile? {
        guard let number else { return nil }
        return settings.savedFiles.first { $0.saved?.number == number && $0.path != file?.path }
    }

    /// The effect that writes it; nil, and said, if its number belongs to a file that is the user's own work.
    private mutating func writing(_ saved: SavedQuery, over file: SavedQueryFile?) -> QueryFileEffect? {
        guard let owner = owner(of: saved.number, except: file) else { return .write(saved, over: file) }
        guard !owner.isHandEdited else {
            let name = owner.saved?.name ?? owner.fileName
            message = Message(
                kind: .warning,
                text: "\(saved.number ?? 0) is '\(name)', whose file was edited by hand: change its number there"
            )
            return nil
        }
        return .writeTakingNumber(saved, over: file, from: owner)
    }

    /// What a number that changes hands means, for a question; nothing if none does.
    private func takenWords(_ saved: SavedQuery, over file: SavedQueryFile?) -> [TerminalText] {
        guard let number = saved.number, let owner = owner(of: number, except: file)?.saved else { return [] }
        return ["\(number) runs '\(owner.name)' now, which would have no number any more."]
    }

    /// Writes a query; asks first where another loses its number by it, or a file what the user put there.
    private mutating func write(_ saved: SavedQuery, over file: SavedQueryFile?) -> [Effect] {
        guard let effect = writing(saved, over: file) else { return [] }
        let taken = takenWords(saved, over: file)
        guard !taken.isEmpty else { return confirm(effect, over: file) }
        var lines = taken
        if let file, file.isHandEdited { lines += ["", Self.handEditedWords(file)] }
        let number = saved.number ?? 0
        overlays.append(
            Overlay(
                ChoiceDialog(
                    title: "\(number) is taken",
                    lines: lines,
                    choices: [
                        ChoiceDialog.Choice(
                            label: "leave \(number) where it is",
                            note: "nothing is written",
                            intents: []
                        ),
                        ChoiceDialog.Choice(
                            label: "give \(number) to '\(saved.name)'",
                            intents: [.saved(.effect(effect))]
                        ),
                    ]
                )
            )
        )
        return []
    }

    private static func handEditedWords(_ file: SavedQueryFile) -> TerminalText {
        "\(file.fileName) was edited by hand: written anew it loses comments and layout."
    }

    /// Asks before a file is written that holds more than the program put there.
    private mutating func confirm(_ effect: QueryFileEffect, over file: SavedQueryFile?) -> [Effect] {
        guard let file, file.isHandEdited else { return [.queryFiles(effect)] }
        overlays.append(
            Overlay(
                ChoiceDialog(
                    title: "Edited by hand",
                    lines: [
                        "\(file.fileName) was edited by hand.",
                        "Written anew it keeps its keys and loses comments and layout.",
                    ],
                    choices: [
                        ChoiceDialog.Choice(label: "leave the file as it is", intents: []),
                        ChoiceDialog.Choice(label: "write it anew", intents: [.saved(.effect(effect))]),
                    ]
                )
            )
        )
        return []
    }

    private mutating func save(_ request: SaveQueryDialog.Request) -> [Effect] {
        let personal = request.query.matchingKeys.filter(\.isPersonal)
        guard !personal.isEmpty else {
            return write(saved(request, keepsPersonal: true), over: file(named: request.name))
        }
        let words = QueryWords.words(of: request.query, now: now.queryMoment).filter(\.isPersonal)
        let existing = file(named: request.name)
        let empty = saved(request, keepsPersonal: false)
        let whole = saved(request, keepsPersonal: true)
        guard let writesEmpty = writing(empty, over: existing), let writesWhole = writing(whole, over: existing) else {
            return []
        }
        func choice(_ label: TerminalText, _ note: TerminalText, _ effect: QueryFileEffect) -> ChoiceDialog.Choice {
            ChoiceDialog.Choice(label: label, note: note, intents: [.saved(.effect(effect))])
        }
        var lines: [TerminalText] = [
            "This query tells who a patient is:",
            QueryWords.line(words, isPrivate: isPrivate),
            "",
            "In the file anyone who gets it can read that.",
        ]
        let taken = takenWords(whole, over: existing)
        if !taken.isEmpty { lines += [""] + taken }
        if let existing, existing.isHandEdited { lines += ["", Self.handEditedWords(existing)] }
        overlays.append(
            Overlay(
                ChoiceDialog(
                    title: "Values of a patient",
                    lines: lines,
                    choices: [
                        choice("save them empty", "they are asked for each time it runs", writesEmpty),
                        choice("keep the values", "they go into the file, mode 0600", writesWhole),
                        ChoiceDialog.Choice(label: "cancel", note: "nothing is written", intents: []),
                    ]
                )
            )
        )
        return []
    }

    private func file(named name: String) -> SavedQueryFile? {
        settings.savedFiles.first { $0.saved?.name.lowercased() == name.lowercased() }
    }

    private func saved(_ request: SaveQueryDialog.Request, keepsPersonal: Bool) -> SavedQuery {
        var saved = SavedQuery(
            name: request.name,
            saving: request.query,
            server: server,
            keepsPersonal: keepsPersonal
        )
        for (path, source) in request.asked where saved.query[path]?.isMatching == false { saved.later[path] = source }
        saved.number = request.number
        saved.comment = request.comment
        saved.columns = request.columns
        saved.sort = request.sort
        return saved
    }

    private mutating func askDelete(_ file: SavedQueryFile) {
        guard let saved = file.saved else { return }
        var lines: [TerminalText] = ["Delete '\(saved.name)'?", TerminalText(file.path)]
        if file.isHandEdited { lines.append("It was edited by hand.") }
        overlays.append(
            Overlay(
                ChoiceDialog(
                    title: "Delete a saved query",
                    lines: lines,
                    choices: [
                        ChoiceDialog.Choice(label: "keep it", intents: []),
                        ChoiceDialog.Choice(label: "delete the file", intents: [.saved(.effect(.delete(file)))]),
                    ]
                )
            )
        )
    }

    // MARK: What became of it

    mutating func update(_ event: QueryFileEvent) -> [Effect] {
        switch event {
        case .read(let files): show(files)
        case .written(let saved, let path, let files):
            // Who had the number until now: both keys must be known to whoever presses them.
            let robbed = settings.savedFiles.first { before in
                guard let number = before.saved?.number, number == saved.number, before.path != path else {
                    return false
                }
                return files.contains { $0.path == before.path && $0.saved?.number == nil }
            }
            show(files)
            overlays.removeAll { $0.is(SaveQueryDialog.self) }
            for index in overlays.indices {
                overlays[index].change(SavedQueryList.self) { $0.select(path: path) }
                overlays[index].change(BuilderScreen.self) { $0.saved(as: saved.name) }
            }
            if opened?.name == saved.name { opened = saved }
            if isActive(saved) {
                query.name = saved.name
                // What is on screen is its list.
                viewedName = saved.name
            }
            var key: TerminalText = saved.number.map { "\($0) runs it" } ?? "it has no number"
            if let name = robbed?.saved?.name { key += ", '\(name)' has no number now" }
            let said: TerminalText = "saved '\(saved.name)': \(key)"
            let whole: TerminalText = "\(said); file \(path)"
            let list = keymap.label(of: .queriesMenu, in: .list) ?? "b"
            // Cut, a path leads nowhere.
            message = Message(kind: .info, text: whole.width < size.columns ? whole : "\(said); \(list) names the file")
        case .deleted(let name, let files):
            show(files)
            message = Message(kind: .info, text: "deleted '\(name)'")
        case .failed(let words, let files):
            show(files)
            message = Message(kind: .error, text: TerminalText(words))
        }
        return []
    }

    private mutating func show(_ files: [SavedQueryFile]) {
        settings.problems.removeAll { problem in settings.savedFiles.contains { $0.path == problem.path } }
        settings.savedFiles = files
        settings.problems += files.compactMap(\.problem)
        for index in overlays.indices { overlays[index].change(SavedQueryList.self) { $0.show(files) } }
    }
}

extension QueryKey {
    /// For comparing what is asked, wherever it comes from.
    fileprivate var withoutSource: QueryKey {
        var key = self
        key.source = .fixed
        return key
    }
}

extension [AttributePath: ValueSource] {
    /// Those a user or a scanner gives when the query runs.
    var asked: [AttributePath: ValueSource] { filter { $1 == .user || $1 == .scanned } }
}
