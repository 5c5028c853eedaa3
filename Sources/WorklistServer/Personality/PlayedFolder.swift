import DICOMData

/// A folder of `.wl` files as the servers that are played read it: every file at every query, in the order of the system.
struct PlayedFolder {
    let path: String

    /// The AE titles that have a sub-folder.
    var titles: [String] {
        ((try? FileSystem.entries(of: path)) ?? []).filter(\.isFolder).map(\.name)
    }

    /// The items in the folder itself, or in that of a title; what cannot be read is left out. Nil if there is no folder.
    func items(of title: String?) -> [DataSet]? {
        var folder = path
        if let title {
            // Never a path from text of the network: the names that are there are compared.
            guard titles.contains(title) else { return nil }
            folder += "/" + title
        }
        guard let entries = try? FileSystem.entries(of: folder) else { return nil }
        return entries.filter { !$0.isFolder && FolderShelf.isWorklistFile($0.name) }.compactMap { entry in
            guard let bytes = try? FileSystem.read(folder + "/" + entry.name, limit: FolderShelf.sizeLimit)
            else { return nil }
            return try? DICOMFile(parsing: bytes).dataSet
        }
    }
}

/// Wild cards over any elements, in linear time: at a `*` the latest choice is the only one worth going back to.
func globMatches<Element: Equatable>(_ pattern: [Element], _ text: [Element], star: Element, question: Element) -> Bool
{
    var (place, position) = (0, 0)
    var retry: (pattern: Int, text: Int)?
    while position < text.count {
        if place < pattern.count, pattern[place] == star {
            retry = (place + 1, position)
            place += 1
        } else if place < pattern.count, pattern[place] == question || pattern[place] == text[position] {
            place += 1
            position += 1
        } else if let last = retry {
            retry = (last.pattern, last.text + 1)
            (place, position) = (last.pattern, last.text + 1)
        } else {
            return false
        }
    }
    return pattern[place...].allSatisfy { $0 == star }
}
