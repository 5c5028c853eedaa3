# Sourced by the Makefile's recipes: Debian packages, installed only when what they bring is not there.

# install_missing "PACKAGE KIND PROBE"...: KIND is command (an executable), file (a path) or python (a module of $PYTHON).
install_missing() {
    local package kind probe
    local -a missing=()
    for line in "$@"; do
        read -r package kind probe <<<"$line"
        case $kind in
        command) PATH="$PATH:/usr/sbin" command -v "$probe" >/dev/null || missing+=("$package") ;;
        file) [[ -e $probe ]] || missing+=("$package") ;;
        python) "${PYTHON:-/usr/bin/python3}" -c "import $probe" 2>/dev/null || missing+=("$package") ;;
        esac
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "This is no Debian system: install ${missing[*]} by hand, then run make again." >&2
        return 1
    fi
    local -a root=()
    if [[ $(id -u) -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            echo "Missing: ${missing[*]}. Install sudo, or run as root: apt-get install ${missing[*]}" >&2
            return 1
        fi
        root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    local apt="DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120"
    "${root[@]}" env $apt update </dev/null
    "${root[@]}" env $apt install -y --no-install-recommends "${missing[@]}" </dev/null
    # Debian starts Orthanc as a service; the tests start their own, and nobody asked for a server on this machine.
    if [[ " ${missing[*]} " == *" orthanc "* ]]; then
        if [[ -d /run/systemd/system ]]; then
            "${root[@]}" systemctl disable --now orthanc || true
        else
            "${root[@]}" service orthanc stop >/dev/null 2>&1 || true
        fi
    fi
}
