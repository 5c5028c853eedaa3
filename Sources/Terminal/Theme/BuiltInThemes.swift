/// The themes that are part of the program: the files of the `themes` folder, compiled in.
enum BuiltInThemes {
    /// In the order of the picker.
    static let names = [
        "default", "dark", "light", "high-contrast", "deuteranopia", "tritanopia", "mono", "ascii", "print",
    ]

    /// Laid over a theme, by the accent of the server.
    static let overlayNames = ["prod"]

    static func text(_ name: String) -> String? { texts[name] }

    private static let texts: [String: String] = [
        "default": PackageResources.default_toml,
        "dark": PackageResources.dark_toml,
        "light": PackageResources.light_toml,
        "high-contrast": PackageResources.high_contrast_toml,
        "deuteranopia": PackageResources.deuteranopia_toml,
        "tritanopia": PackageResources.tritanopia_toml,
        "mono": PackageResources.mono_toml,
        "ascii": PackageResources.ascii_toml,
        "print": PackageResources.print_toml,
        "prod": PackageResources.prod_toml,
    ].mapValues { String(decoding: $0, as: UTF8.self) }
}
