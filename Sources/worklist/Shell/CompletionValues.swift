import ArgumentParser
import DICOMData
import DICOMMatching
import Terminal
import WorklistBrowser

/// What a shell may offer for an option's value: looked up when the user presses Tab, and never a reason to fail.
enum CompletionValues {
    /// The servers of the configuration, that of `--config` if the line has one.
    static let servers = CompletionKind.custom { words, _, prefix in
        let explicit = words.firstIndex(of: "--config").flatMap { index in
            words.indices.contains(index + 1) ? words[index + 1] : nil
        }
        guard let configuration = try? Configuration.load(explicit) else { return [] }
        return configuration.servers.map(\.name).filter { $0.hasPrefix(prefix) }
    }

    static let themes = CompletionKind.custom { _, _, prefix in
        let library = try? ThemeLibrary.standard(themesDirectory: nil)
        return (library?.names ?? []).filter { $0.hasPrefix(prefix) }
    }

    /// Attributes by keyword: those of the worklist, those of the step with `SPS.` before them, and of the whole
    /// dictionary once there are letters to choose by.
    static let keys = CompletionKind.custom { _, _, prefix in
        if prefix.hasPrefix("SPS.") {
            return WorklistModel.attributes.filter { $0.path.steps.count == 1 }
                .filter { $0.path.steps.first?.tag == .scheduledProcedureStepSequence }
                .map { "SPS." + DataDictionary.keywordOrTag($0.path.tag) }.filter { $0.hasPrefix(prefix) }
        }
        let usual = WorklistModel.attributes.filter { $0.path.steps.isEmpty }
            .map { DataDictionary.keywordOrTag($0.path.tag) }
        var names = ["SPS."] + usual
        if prefix.count >= 3 {
            names += DataDictionary.entries.lazy.filter { !$0.isRetired }.map(\.keyword).filter { $0.hasPrefix(prefix) }
        }
        var seen: Set<String> = []
        return names.filter { !$0.isEmpty && $0.hasPrefix(prefix) && seen.insert($0).inserted }
    }

    static let models = CompletionKind.list(FindModel.names)
    static let colors = CompletionKind.list(["auto", "8", "16", "256", "truecolor", "none"])
    static let profiles = CompletionKind.list(TLSWords.profileNames)
    static let queryOptions = CompletionKind.list(NegotiationOptions.queryOptionNames)
    static let transferSyntaxes = CompletionKind.list(NegotiationOptions.transferSyntaxNames)
    static let identities = CompletionKind.list(["kerberos:", "saml:", "jwt:"])
}
