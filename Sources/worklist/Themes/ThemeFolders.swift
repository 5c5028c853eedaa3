import Glibc
import Terminal

extension ThemeLibrary {
    /// Where the program looks for themes: the folder of `--themes-dir`, the user's, the system's, then what is built in.
    static func standard(themesDirectory: String?) throws(CommandFailure) -> ThemeLibrary {
        var folders: [String] = []
        if let themesDirectory {
            var status = stat()
            guard stat(themesDirectory, &status) == 0 else {
                throw .usage("--themes-dir \(themesDirectory): \(SystemFailure(errno).words)")
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw .usage("--themes-dir \(themesDirectory): not a folder")
            }
            folders.append(themesDirectory)
        }
        folders.append(Configuration.folder + "/themes")
        for folder in systemFolders where !folders.contains(folder) { folders.append(folder) }
        return ThemeLibrary(directories: folders)
    }

    /// Beside the program, when it stands in a `bin` folder, and the usual places.
    private static var systemFolders: [String] {
        var folders: [String] = []
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        if count > 0 {
            let parts = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split(separator: "/", omittingEmptySubsequences: false)
            if parts.dropLast().last == "bin" {
                folders.append(parts.dropLast(2).joined(separator: "/") + "/share/worklist/themes")
            }
        }
        for folder in ["/usr/local/share/worklist/themes", "/usr/share/worklist/themes"] where !folders.contains(folder)
        {
            folders.append(folder)
        }
        return folders
    }
}
