#!/bin/sh
# Certificates for tests: make.sh FOLDER. Two authorities, and certificates with every defect that a person may meet.
set -eu
cd "$1"
: >index.txt
cat >openssl.cnf <<'END'
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
copy_extensions = copy
[any]
commonName = optional
organizationName = optional
[req]
distinguished_name = name
string_mask = utf8only
utf8 = yes
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
END
# Debian's own configuration may ask for more than is here.
export OPENSSL_CONF="$PWD/openssl.cnf"

key() { # NAME [rsa bits]
    if [ $# -gt 1 ]; then
        openssl genrsa -out "$1.key" "$2" 2>/dev/null
    else
        openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    fi
}

authority() { # NAME SUBJECT
    key "$1"
    openssl req -x509 -new -key "$1.key" -subj "$2" -days 3650 -extensions authority -out "$1.pem"
}

request() { # NAME SUBJECT
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
}

sign() { # NAME AUTHORITY START END EXTENSION...
    name=$1 by=$2 start=$3 end=$4
    shift 4
    printf '%s\n' "[extensions]" "$@" >"$name.ext"
    cat openssl.cnf "$name.ext" >"$name.cnf"
    openssl ca -batch -notext -md "$digest" -config "$name.cnf" -extensions extensions -cert "$by.pem" -keyfile "$by.key" \
        -startdate "$start" -enddate "$end" -in "$name.csr" -out "$name.pem" 2>"$name.log" || { cat "$name.log" >&2; exit 1; }
}

certificate() { # NAME AUTHORITY SUBJECT EXTENSION...
    name=$1 by=$2 subject=$3
    shift 3
    [ -f "$name.key" ] || key "$name"
    request "$name" "$subject"
    sign "$name" "$by" 20240101000000Z 20991231235959Z "$@"
}

digest=sha256
here="subjectAltName=DNS:localhost,IP:127.0.0.1"
serves="extendedKeyUsage=serverAuth"

authority ca "/CN=Test Hospital CA/O=Test Hospital"
authority other-ca "/CN=Other CA"
# The same name, another key.
authority impostor-ca "/CN=Test Hospital CA/O=Test Hospital"

certificate server ca "/CN=ris.test/O=Test Hospital" "$here" "$serves"
key rsa 2048
certificate rsa ca "/CN=rsa.test" "$here" "$serves"
key weak 1024
certificate weak ca "/CN=weak.test" "$here" "$serves"
digest=sha1
certificate sha1 ca "/CN=sha1.test" "$here" "$serves"
digest=sha256
certificate elsewhere ca "/CN=elsewhere.test" "subjectAltName=DNS:elsewhere.test,DNS:*.wards.test,IP:192.0.2.7" "$serves"
certificate nameless ca "/CN=A name without a host" "$serves"
certificate not-a-server ca "/CN=not-a-server.test" "$here" "extendedKeyUsage=clientAuth"
certificate hostile ca "$(printf '/CN=\033[31mRED\033[0m\342\200\256evil')" "subjectAltName=DNS:elsewhere.test" "$serves"
certificate client ca "/CN=CT scanner 1" "extendedKeyUsage=clientAuth"
certificate other-client other-ca "/CN=Stranger" "extendedKeyUsage=clientAuth"
certificate server-only ca "/CN=server-only.test" "$serves"

# More names than anybody shows, and an address behind them.
crowd=$(for number in $(seq 100); do printf 'DNS:x%s.evil.test,' "$number"; done)
certificate crowded ca "/CN=crowded.test" "subjectAltName=${crowd}IP:127.0.0.1" "$serves"
certificate crowded-right ca "/CN=crowded.test" "subjectAltName=${crowd}IP:127.0.0.2,DNS:localhost" "$serves"
certificate partial ca "/CN=partial.test" "subjectAltName=DNS:lo*.wards.test" "$serves"
# A date that the library takes and no calendar has.
key ancient
request ancient "/CN=ancient.test"
sign ancient ca 00000101000000Z 20991231235959Z "$here" "$serves"

for name in expired expired-client; do
    key $name
    request $name "/CN=$name.test"
    sign $name ca 20200101000000Z 20210102030405Z "$here"
done
key future
request future "/CN=future.test"
sign future ca 20980101000000Z 20991231235959Z "$here" "$serves"

# An authority that has expired, though what it signed has not.
key old-ca
request old-ca "/CN=Old CA"
cat openssl.cnf >old-ca.cnf
openssl ca -batch -notext -selfsign -config old-ca.cnf -extensions authority -keyfile old-ca.key \
    -startdate 20200101000000Z -enddate 20210102030405Z -in old-ca.csr -out old-ca.pem 2>/dev/null
certificate of-old-ca old-ca "/CN=of-old-ca.test" "$here" "$serves"

# An authority between.
key middle
request middle "/CN=Department CA"
sign middle ca 20240101000000Z 20991231235959Z "basicConstraints=critical,CA:TRUE" "keyUsage=keyCertSign"
certificate leaf middle "/CN=leaf.test" "$here" "$serves"
cat leaf.pem middle.pem >chain.pem

key self
openssl req -x509 -new -key self.key -subj "/CN=self.test" -days 3650 -addext "$here" -out self.pem

openssl pkcs8 -topk8 -in server.key -v2 aes-256-cbc -passout "pass:open sesame" -out encrypted.key
openssl rsa -in rsa.key -aes256 -traditional -passout "pass:open sesame" -out traditional.key 2>/dev/null
openssl x509 -in server.pem -outform DER -out server.der
openssl ec -in server.key -outform DER -out server-key.der 2>/dev/null
openssl x509 -in ca.pem -outform DER -out ca.der
cat server.pem server.key >both.pem
cat ca.pem other-ca.pem >both-cas.pem
rm -f ./*.csr ./*.ext ./*.cnf ./*.log index.txt* [0-9A-F]*.pem
