# Every step is a script that runs as well without Docker (tests/local/test_docker.py does so).
FROM python:3.11-slim-bookworm
WORKDIR /srv/cxmap
ENV VENV=/opt/cxmap CXMAP_VAR=/srv/cxmap-data PYTHONDONTWRITEBYTECODE=1
COPY requirements.txt ./
COPY docker/build.sh docker/
RUN docker/build.sh packages
COPY . .
RUN docker/build.sh translations folders
USER nobody
VOLUME /srv/cxmap-data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["docker/entrypoint.sh", "health"]
ENTRYPOINT ["docker/entrypoint.sh"]
CMD ["web"]
