import ArgumentParser
import DICOMData

/// The commands with their options, as their own definitions have them: what the manual page is written from.
struct CommandTree {
    struct Argument: Hashable {
        /// As typed: `-k`, `--key`; empty for an argument without a name.
        var names: [String]
        /// Nil for a flag.
        var valueName: String?
        var abstract: String
        var defaultValue: String?
        var isRepeating: Bool
        var isOptional: Bool
    }

    var name: String
    var abstract: String
    var discussion: String
    var arguments: [Argument]
    var subcommands: [CommandTree]

    /// Of this program; nil if the parser of arguments described itself in a way we cannot read.
    static func program() -> CommandTree? {
        JSONValue(parsing: WorklistCommand._dumpHelp())?["command"].flatMap(CommandTree.init)
    }

    private init?(_ json: JSONValue) {
        guard let name = json["commandName"]?.string else { return nil }
        self.name = name
        abstract = json["abstract"]?.string ?? ""
        discussion = json["discussion"]?.string ?? ""
        arguments = (json["arguments"]?.array ?? []).filter { $0["shouldDisplay"]?.bool != false }.map(Self.argument)
            .reduce(into: []) { known, next in
                // A flag and its opposite are one thing to read about.
                if let last = known.indices.last, let name = next.names.first,
                    known[last].names.contains(where: { name == "--no-" + $0.dropFirst(2) })
                {
                    known[last].names += next.names
                } else {
                    known.append(next)
                }
            }
        subcommands = (json["subcommands"]?.array ?? []).compactMap(CommandTree.init).filter { $0.name != "help" }
    }

    private static func argument(_ json: JSONValue) -> Argument {
        let names = (json["names"]?.array ?? []).compactMap { name -> String? in
            guard let text = name["name"]?.string else { return nil }
            return (name["kind"]?.string == "short" ? "-" : "--") + text
        }
        return Argument(
            names: names,
            valueName: json["kind"]?.string == "flag" ? nil : json["valueName"]?.string ?? "value",
            abstract: json["abstract"]?.string ?? "",
            defaultValue: json["kind"]?.string == "flag" ? nil : json["defaultValue"]?.string,
            isRepeating: json["isRepeating"]?.bool ?? false,
            isOptional: json["isOptional"]?.bool ?? false
        )
    }
}
