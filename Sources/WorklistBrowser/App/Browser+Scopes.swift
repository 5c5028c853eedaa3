import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Scopes and days: the query in force for another place or another day.
extension Browser {
    enum ScopeKey: Int, CaseIterable {
        case scanner = 1
        case modality, all

        var word: String {
            switch self {
            case .scanner: "This scanner"
            case .modality: "This modality"
            case .all: "All"
            }
        }

        var shortWord: String {
            switch self {
            case .scanner: "Scanner"
            case .modality: "Modality"
            case .all: "All"
            }
        }
    }

    mutating func choose(_ scope: ScopeKey) -> [Effect] {
        guard let server else { return startQuery(query) }
        let wanted: Query.Scope
        switch scope {
        case .scanner: wanted = .thisScanner(modality: server.modality, station: server.effectiveStation)
        case .modality:
            guard !server.modality.isEmpty else {
                message = Message(kind: .warning, text: "no modality is configured for \(server.name): v, then e")
                return []
            }
            wanted = .thisModality(server.modality)
        case .all: wanted = .all
        }
        // The attributes to return stay as they are, and so does the day in view; what else matched before does not.
        var next = query.model == .worklist ? query : .worklist
        let day = next[.step(.scheduledProcedureStepStartDate)]
        for key in next.matchingKeys { next.clear(key.path) }
        next.name = scope.word
        next.apply(wanted)
        if let day, day.isMatching { next.set(day) }
        let effects = startQuery(next)
        if let words = otherDay(of: next), message == nil {
            let today = keymap.label(of: .dayToday, in: .list) ?? "t"
            message = Message(kind: .info, text: "\(scope.word), \(words): \(today) returns to today")
        }
        return effects
    }

    /// The days a query is for in words, if they are not just today.
    private func otherDay(of query: Query) -> TerminalText? {
        guard let key = query[datePath], key.isMatching else { return nil }
        let wire = key.wireValue(now: now.queryMoment)
        guard wire != now.date.description else { return nil }
        if let date = DICOMDate(parsing: wire) {
            return key.value == wire ? "on \(date.formatted)" : "\(key.value) (\(date.formatted))"
        }
        return key.value == wire ? "on the days \(wire)" : "\(key.value) (\(wire))"
    }

    /// The scope that what is on screen stands for, if it is one.
    var activeScope: ScopeKey? {
        let query = list?.query ?? query
        guard let server, query.model == .worklist else { return nil }
        var modality = ""
        var station = ""
        for key in query.matchingKeys {
            switch key.path {
            case .step(.modality): modality = key.value
            case .step(.scheduledStationAETitle): station = key.value
            case .step(.scheduledProcedureStepStartDate): break
            default: return nil
            }
        }
        if !station.isEmpty {
            return station == server.effectiveStation && modality == server.modality ? .scanner : nil
        }
        if modality.isEmpty { return .all }
        return modality == server.modality ? .modality : nil
    }

    /// The date key; that of the study for the Query/Retrieve models.
    private var datePath: AttributePath {
        query.model == .worklist ? .step(.scheduledProcedureStepStartDate) : AttributePath([], .studyDate)
    }

    /// Moves the query's day; nil for today.
    mutating func moveDay(by days: Int?) -> [Effect] {
        let today = now.date
        var value = "today"
        if let days {
            let wire = query[datePath]?.wireValue(now: now.queryMoment) ?? ""
            if wire.isEmpty {
                value = Self.word(for: today.adding(days: days), today: today)
            } else if let date = DICOMDate(parsing: wire) {
                value = Self.word(for: date.adding(days: days), today: today)
            } else if let range = DateRange(parsing: wire), let first = range.lower, let last = range.upper {
                // As many days as there are in view: a week moves by weeks.
                let span = (last.daysSince1970 - first.daysSince1970 + 1) * days
                value = "\(first.adding(days: span))-\(last.adding(days: span))"
            } else {
                let key = keymap.label(of: .dayToday, in: .list) ?? "t"
                message = Message(kind: .info, text: "the days of the query have no end to move; \(key) is today")
                return []
            }
        }
        return askDays(value)
    }

    /// The query in force for another day: so many days from today, and said as people say it.
    mutating func askDay(_ days: Int) -> [Effect] {
        askDays(Self.word(for: now.date.adding(days: days), today: now.date))
    }

    private mutating func askDays(_ value: String) -> [Effect] {
        var next = query
        let isRelative = RelativeDate.isRelative(value, vr: .DA)
        next.set(datePath, value, source: isRelative ? .generated : .user)
        return startQuery(next)
    }

    private static func word(for date: DICOMDate, today: DICOMDate) -> String {
        switch date.daysSince1970 - today.daysSince1970 {
        case 0: "today"
        case 1: "tomorrow"
        case -1: "yesterday"
        default: date.description
        }
    }
}
