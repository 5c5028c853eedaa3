import DICOMNetworkTLS

extension Tables {
    static func tlsProfiles() -> MarkdownTable {
        var table = MarkdownTable("Name", "Oldest version", "Default", "Remark")
        for profile in TLSProfile.allCases {
            table.rows.append([
                code(profile.name), profile.minimumVersion,
                TLSClientSettings().profile == profile ? "yes" : "",
                profile.isWeak ? "weak: for old devices only" : "",
            ])
        }
        return table
    }
}
