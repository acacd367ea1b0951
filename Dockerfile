# The image has the program, the certificates of authorities, and nothing else: no shell, so no HEALTHCHECK either. Ask /readyz from outside.

FROM node:22.14.0-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web .
RUN npm run build

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=pages /src/web/dist web/dist
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/parley ./cmd/parley && mkdir -m 0700 /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/parley /parley
COPY --from=build --chown=65532:65532 /out/data /data
ENV PARLEY_ADDR=0.0.0.0:8080 PARLEY_DATA_DIR=/data PARLEY_LOG=json
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/parley"]
CMD ["serve"]
