import CNcurses

/// The character encoding of the user's terminal, and that of this process.
public enum TerminalLocale {
    /// Adopts the user's locale and tells whether the terminal is UTF-8. Call it once, on start, before other threads
    /// run: `setlocale` is not thread-safe.
    ///
    /// If the user's character set is not UTF-8, the process still uses C.UTF-8 for character types, so that widths stay
    /// right; the answer is false, and glyphs and text must then keep to ASCII.
    @discardableResult
    public static func prepare() -> Bool {
        setlocale(LC_ALL, "")
        if codesetIsUTF8() { return true }
        setlocale(LC_CTYPE, "C.UTF-8")
        return false
    }

    private static func codesetIsUTF8() -> Bool {
        guard let name = cnc_codeset() else { return false }
        let codeset = String(cString: name).uppercased()
        return codeset == "UTF-8" || codeset == "UTF8"
    }
}
