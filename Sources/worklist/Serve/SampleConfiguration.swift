/// A configuration file of `worklist serve` with everything in it, to begin with.
enum SampleConfiguration {
    static let text = #"""
        # worklist serve --config FILE. Lines that begin with # say what holds without them, or are examples.
        # Paths are relative to this file. kill -HUP takes changes; with any mistake in it the old one stays.

        host = "0.0.0.0"                  # 127.0.0.1 unless given: this machine only
        port = 11112
        ae = ["RISMWL"]                   # our titles; any unless given
        models = ["worklist", "patient", "study"]
        folder = "worklists"              # of .wl files, a sub-folder for each title
        # store = "day.db"                # or a store, filled by 'worklist store import'
        # grace = 10                      # seconds for queries under way when it is stopped

        [limits]                          # what is too much is answered with A700 and a comment
        associations = 200                # at once; 4096 unless given
        associations_per_address = 20
        rows = 5000                       # matches of one query
        seconds = 30                      # that one query may take
        queries_per_second = 10           # from one address; twice as many at once
        # idle = 600                      # seconds without a message, then A-ABORT
        # first_pdu = 30                  # seconds to ask for an association

        # Who may come: the first rule that fits decides. Without any rule everybody may.
        [[allow]]
        calling = ["CT01", "CT02"]
        address = "10.20.0.0/16"
        associations = 4                  # at once, for each of the titles

        [[allow]]
        calling = "PACS"
        address = ["10.20.1.7", "fd00::7"]
        called = "RISMWL"
        models = "study"

        # [tls]
        # certificate = "server.pem"
        # key = "server.key"
        # ca = "hospital-ca.pem"          # then clients need a certificate
        # client_certificates = "required"
        # profile = "bcp195-8996"

        [log]                             # names of keys, never their values
        level = "info"                    # a line for each association and query; notice unless given
        format = "text"                   # or json
        # file = "server.log"             # mode 0600; standard error unless given

        # [metrics]
        # port = 9104                     # http://127.0.0.1:9104/metrics
        """#
}
