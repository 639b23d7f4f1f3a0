# The server in a container, for a PostgreSQL beside it (docker-compose.yml), or
# with its private one: then mount a volume at /var/lib/waymark and leave
# DATABASE_URL unset.
#
#   docker build --build-arg VERSION=$(git describe --tags --always) -t waymark .

FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist ./web/dist
ARG VERSION=container
RUN go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /waymark ./cmd/waymark

FROM debian:bookworm-slim
RUN set -eu; \
    mkdir -p /etc/postgresql-common/createcluster.d; \
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/waymark.conf; \
    apt-get update; \
    apt-get install -y --no-install-recommends ca-certificates tzdata tilemaker postgresql-15 postgresql-15-postgis-3; \
    rm -rf /var/lib/apt/lists/*; \
    useradd --system --uid 10001 --home-dir /var/lib/waymark --create-home --shell /usr/sbin/nologin waymark; \
    install -d -o waymark -g waymark /run/waymark
COPY --from=build /waymark /usr/local/bin/waymark
COPY LICENSE NOTICE /usr/share/doc/waymark/
USER waymark
ENV WAYMARK_DATA=/var/lib/waymark WAYMARK_LOG_FORMAT=json XDG_RUNTIME_DIR=/run/waymark
VOLUME /var/lib/waymark
EXPOSE 8080
# SIGTERM drains requests and jobs (WAYMARK_STOP_TIMEOUT) and stops the database.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["waymark", "health"]
ENTRYPOINT ["waymark"]
CMD ["serve"]
