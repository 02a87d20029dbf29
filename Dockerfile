# syntax=docker/dockerfile:1
# The worker's image (and the CLI's: `docker run … status`). Debian, not Alpine: the Temporal SDK's native part wants glibc.
# Tags are pinned; pin the digest too before production: `docker buildx imagetools inspect node:20.19.5-bookworm-slim`.

FROM node:20.19.5-bookworm-slim AS build
WORKDIR /build
# No install script of a package runs; what the program needs ships prebuilt.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json vite.config.ts temporal-dev.yaml ./
COPY scripts/bundle-workflows.mjs scripts/bundle-workflows.mjs
COPY playbooks playbooks
COPY src src
# Compiles, bundles the workflows (a worker then starts without a bundler), builds the page; then drops what only builds.
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20.19.5-bookworm-slim
# A user without a name on the host, a home that only it may enter, and a folder for settings that only root may write.
RUN groupadd --gid 10001 autoops \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/autoops --shell /usr/sbin/nologin autoops \
  && install -d -m 0700 -o 10001 -g 10001 /var/lib/autoops \
  && install -d -m 0755 -o 0 -g 0 /etc/autoops \
  && rm -rf /usr/local/lib/node_modules/npm /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
WORKDIR /opt/autoops
# Owned by root: the program cannot change itself, also where the root file system is not read-only.
COPY --from=build /build/package.json /build/temporal-dev.yaml ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/playbooks playbooks
COPY --from=build /build/dist dist
ENV NODE_ENV=production \
  AUTOOPS_HOME=/var/lib/autoops
USER 10001:10001
VOLUME ["/var/lib/autoops"]
ENTRYPOINT ["node", "/opt/autoops/dist/client/cli/main.js"]
CMD ["worker"]
