# Starts Orthanc and the platform privately on 127.0.0.1; sourced by run.sh.

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_orthanc FOLDER: sets orthanc_http and orthanc_dicom. Storage is synchronous, as ours is.
start_orthanc() {
  orthanc_http=$(free_port) orthanc_dicom=$(free_port)
  mkdir -p "$1"
  cat > "$1/orthanc.json" <<JSON
{ "Name": "bench", "StorageDirectory": "$1/store", "IndexDirectory": "$1/store", "HttpPort": $orthanc_http, "DicomPort": $orthanc_dicom, "DicomAet": "ORTHANC",
  "RemoteAccessAllowed": false, "AuthenticationEnabled": false, "DicomCheckCalledAet": false, "DicomAlwaysAllowStore": true, "SyncStorageArea": true,
  "TcpNoDelay": true, "HttpVerbose": false, "DicomWeb": { "Enable": true }, "Plugins": ["/usr/share/orthanc/plugins", "/usr/lib/orthanc/plugins"] }
JSON
  TCP_NODELAY=1 Orthanc "$1/orthanc.json" > "$1/orthanc.log" 2>&1 &
  orthanc_pid=$!
  until curl -sf "http://127.0.0.1:$orthanc_http/system" > /dev/null; do kill -0 "$orthanc_pid" || { tail -5 "$1/orthanc.log"; return 1; }; sleep 0.2; done
}

# start_pirogov FOLDER: sets pirogov_http, pirogov_dicom and pirogov_token of an engineer.
start_pirogov() {
  pirogov_http=$(free_port) pirogov_dicom=$(free_port)
  mkdir -p "$1"
  (cd "${PUBLISHED:-artifacts/publish}" && Data=$1 Demo=on PublicUrl=http://127.0.0.1:$pirogov_http Dimse__Port=$pirogov_dicom Dimse__Address=127.0.0.1 \
    Dimse__Peers__0__Title=BENCH Dimse__Peers__0__Centre=DEMO1 exec dotnet Pirogov.Portal.dll --urls "http://127.0.0.1:$pirogov_http") > "$1/pirogov.log" 2>&1 &
  pirogov_pid=$!
  until curl -sf "http://127.0.0.1:$pirogov_http/health/ready" > /dev/null; do kill -0 "$pirogov_pid" || { tail -5 "$1/pirogov.log"; return 1; }; sleep 0.2; done
  pirogov_token=$(token_of engineer)
  local admin
  admin=$(token_of admin)
  until api "$admin" "/jobs?size=200" | grep -q '"kind":"SeedDemo"[^}]*"state":"succeeded"'; do sleep 1; done
}

token_of() {
  curl -sf -H 'Content-Type: application/json' -d "{\"login\":\"$1\",\"password\":\"Pirogov-1810\",\"name\":\"bench $1\"}" \
    "http://127.0.0.1:$pirogov_http/api/v1/tokens/issue" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p'
}

# api TOKEN PATH [curl's options]
api() {
  local token=$1 path=$2
  shift 2
  curl -sf -H "Authorization: Bearer $token" "$@" "http://127.0.0.1:$pirogov_http/api/v1$path"
}
