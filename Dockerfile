# Greenroom as a container: `docker compose up`, or
#   docker run --rm -p 127.0.0.1:4400-4408:4400-4408 -e GREENROOM_TOKEN=choose-one greenroom
# The server listens on all of the container's addresses, so it demands a token (GREENROOM_TOKEN, or --token) and its
# control API then wants it; publish the ports to 127.0.0.1 unless others are meant to reach it.

FROM node:20-slim AS assets
WORKDIR /src
COPY harness/dashboard/package.json harness/dashboard/package-lock.json harness/dashboard/vendor.mjs ./
RUN npm ci --silent --ignore-scripts && npm run --silent vendor

FROM python:3.11-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/greenroom
COPY requirements.lock ./
RUN /opt/greenroom/bin/pip install --require-hashes -r requirements.lock
COPY . .
COPY --from=assets /src/static/vendor harness/dashboard/static/vendor
RUN /opt/greenroom/bin/pip install --no-deps .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/greenroom greenroom
# For docker-compose.offline.yml: where other containers find whom to trust.
RUN install -d -o greenroom /var/lib/greenroom-ca
COPY --from=build /opt/greenroom /opt/greenroom
ENV PATH=/opt/greenroom/bin:$PATH PYTHONUNBUFFERED=1
USER greenroom
WORKDIR /var/lib/greenroom
VOLUME /var/lib/greenroom
EXPOSE 4400-4408
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:4400/_greenroom/health', timeout=2)"]
ENTRYPOINT ["greenroom"]
CMD ["up", "--host", "0.0.0.0", "--data-dir", "/var/lib/greenroom/data"]
