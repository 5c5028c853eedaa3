/// A line of the shell that shows a command at work, and what it does.
struct Example: Sendable {
    let line: String
    let words: String

    init(_ line: String, _ words: String) {
        self.line = line
        self.words = words
    }
}

/// The examples of every command: at the end of its `--help`, and in the manual page.
enum Examples {
    static let worklist = [
        Example("worklist", "today's list of your default server; the first time, a form for one"),
        Example("worklist demo", "try it: a synthetic schedule, without any network"),
        Example("worklist find --server RIS --format csv", "the same list for a spreadsheet"),
    ]

    static let browse = [
        Example("worklist browse --server RIS-TEST", "another server of your configuration"),
        Example("worklist browse --to RISMWL@192.0.2.7:104 --as CT01", "a server that is not configured"),
        Example("worklist browse --plain", "lines instead of a screen, for screen readers and serial lines"),
        Example("worklist browse --theme mono --ascii", "for a terminal without colours and without UTF-8"),
    ]

    static let demo = [
        Example("worklist demo", "300 examinations of an invented day"),
        Example("worklist demo --items 2000 --seed 7", "a larger hospital, on another day"),
        Example("printf 'wait\\nlist\\n' | worklist demo --plain", "the first twenty rows, in lines"),
    ]

    static let find = [
        Example("worklist find --server RIS", "today's worklist, as a table"),
        Example("worklist find --server RIS -k PatientName='SMI*' -k SPS.Modality=CT", "by name and modality"),
        Example("worklist find --server RIS -k '(0040,0002)=week' --format csv -o week.csv", "a week, into a file"),
        Example("worklist find --to RIS@192.0.2.7:104 --model study -k PatientID=00391022", "studies of a patient"),
    ]

    static let explain = [
        Example("worklist explain 'STAT today'", "a saved query, for your default server"),
        Example("worklist explain stat.toml --server RIS --matching", "a file, only the keys that match"),
        Example("worklist explain stat.toml --format markdown", "a table for a document"),
    ]

    static let echo = [
        Example("worklist echo --server RIS", "does it answer, and how fast is each stage?"),
        Example("worklist echo --to RISMWL@192.0.2.7:104 --as CT01", "a server that is not configured"),
        Example("worklist echo --to RIS@ris.example:2762 --tls-ca hospital-ca.pem", "over TLS"),
    ]

    static let serve = [
        Example("worklist serve --port 11112", "a synthetic schedule on this machine, for any AE title"),
        Example("worklist serve --folder /srv/worklists --host 0.0.0.0", "folders of .wl files, for the network"),
        Example("worklist serve --store day.db --ae RISMWL --log-level info", "a store, with a log of every query"),
        Example("worklist serve --sample-config > serve.toml", "a file to begin with"),
        Example("worklist serve --config serve.toml", "rules, limits, log and the rest from a file"),
        Example("worklist serve --ae RISMWL --items 5000 --seed 3", "a large schedule, for one AE title"),
        Example("worklist serve --like wlmscpfs --folder /srv/worklists", "as wlmscpfs would answer, for tests"),
        Example("worklist serve --quirk slow=20 --quirk ignore-cancel", "a server that is slow and hears no cancel"),
    ]

    static let store = [
        Example("worklist store import day.db /srv/worklists", "fill a store with the files of a folder"),
        Example("worklist store import day.db orders.csv", "the first line of the file names the attributes"),
        Example("worklist store list day.db -k Modality=CT", "what is in it"),
        Example("worklist store remove day.db -k AccessionNumber=A1", "an order was cancelled"),
        Example("worklist store expire day.db --before 20260901", "what is over goes"),
    ]

    static let themes = [
        Example("worklist themes", "their names, and where they are from"),
        Example("worklist themes --preview dark", "a small worklist in a theme"),
        Example("worklist themes --check my.toml", "is it a theme, and can every text be read?"),
    ]

    static let keys = [
        Example("worklist keys --context list", "what every key of the list does"),
        Example("worklist keys --format markdown > keys.md", "all of them, to print"),
        Example("worklist keys --check", "what is wrong in your keymap file"),
    ]

    static let info = [
        Example("worklist info", "which files are used, and what is wrong in them"),
        Example("worklist info --config ./trial.toml", "the same for another configuration"),
    ]

    static let completion = [
        Example("source <(worklist completion bash)", "for bash, in ~/.bashrc"),
        Example("worklist completion zsh > ~/.zfunc/_worklist", "for zsh, with ~/.zfunc in fpath"),
        Example("worklist completion fish > ~/.config/fish/completions/worklist.fish", "for fish"),
    ]

    static let manual = [
        Example("worklist manual | man -l -", "read it"),
        Example("worklist manual > /usr/local/share/man/man1/worklist.1", "install it"),
    ]

    static let all: [(command: String?, examples: [Example])] = [
        (nil, worklist), ("browse", browse), ("demo", demo), ("find", find), ("explain", explain), ("echo", echo),
        ("serve", serve), ("store", store),
        ("themes", themes), ("keys", keys), ("info", info),
        ("completion", completion), ("manual", manual),
    ]

    /// For the end of a command's help. The manual page has them in a place of their own.
    static func text(_ examples: [Example]) -> String {
        heading + examples.map { "\n  \($0.line)\n      \($0.words)" }.joined()
    }

    static let heading = "EXAMPLES:"
}
