#!/usr/bin/env bash
# Makes this machine able to run the tests that need real servers: installs what
# is missing from Debian's packages and builds Mattermost once into the cache.
# Prints nothing and takes no time when everything is there. Exits 1, naming what
# is missing, when it may not install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${MELUSINE_DEV_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/melusine}
server=github.com/mattermost/mattermost/server/v8
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

has() { [ -x "$(command -v "$1")" ]; }
has_file() { compgen -G "$1" >/dev/null; }

# missing_packages prints the Debian package of every program that is not here.
missing_packages() {
  has slapd || echo slapd
  has ldapsearch || echo ldap-utils
  has initdb || has_file '/usr/lib/postgresql/*/bin/initdb' || echo postgresql
  has psql || echo postgresql-client
  has pgbouncer || echo pgbouncer
  has chromium || has chromium-browser || has google-chrome || echo chromium
  has_file '/usr/share/fonts/*/*' || echo fonts-dejavu-core
  has starman || echo starman
  has_file /usr/share/perl5/Lemonldap/NG/Portal/Main.pm || echo liblemonldap-ng-portal-perl
  has_file /usr/share/perl5/IO/String.pm || echo libio-string-perl
  has_file /usr/share/perl5/XML/Simple.pm || echo libxml-simple-perl
  has_file /usr/share/perl5/String/Random.pm || echo libstring-random-perl
  has strace || echo strace
  has gcc || echo gcc
  has_file '/usr/include/stdlib.h' || echo libc6-dev
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
  has apt-get && as_root true 2>/dev/null
}

# install installs packages without starting the services they bring: a slapd
# or a PostgreSQL that runs by itself is not ours to leave behind.
install() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'as_root rm -f '"$policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600)
  as_root "${apt[@]}" update </dev/null
  as_root "${apt[@]}" install --yes --no-install-recommends "$@" </dev/null
}

# build_mattermost leaves in $1 all that the server needs to run: its binary and
# the files it reads. The move is last, so a folder that exists is complete.
build_mattermost() {
  local folder=$1 half module
  rm -rf "$cache"/mattermost-*.half
  half=$(mktemp -d "$cache/mattermost-XXXXXX.half")
  go build -C mattermost -o "$half/bin/mattermost" "$server/cmd/mattermost"
  module=$(go list -C mattermost -m -f '{{.Dir}}' "$server")
  cp -R "$module/i18n" "$module/templates" "$module/fonts" "$half/"
  chmod -R u+w,go+rX "$half"
  mv "$half" "$folder"
}

main() {
  if ! has go; then
    echo "prepare: go is missing: see https://go.dev/doc/install" >&2
    exit 1
  fi
  mkdir -p "$cache"
  if has flock; then
    exec 9>"$cache/lock"
    flock 9
  fi

  local missing sum
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" -gt 0 ]; then
    if ! can_install; then
      echo "prepare: missing: ${missing[*]}" >&2
      echo "prepare: run as root: apt-get install ${missing[*]}" >&2
      exit 1
    fi
    echo "prepare: installing ${missing[*]}"
    install "${missing[@]}"
  fi

  sum=$(sha256sum mattermost/go.sum)
  local folder=$cache/mattermost-${sum:0:12}
  if [ ! -d "$folder" ]; then
    echo "prepare: building Mattermost, about two minutes, once"
    build_mattermost "$folder"
  fi
}

main
