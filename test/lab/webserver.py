# SPDX-License-Identifier: BSD-3-Clause
"""nginx on a real server, with its own page and its own access log."""

import http.client
import socket
import subprocess
from pathlib import Path

from wait import wait_until

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

CONFIGURATION = """\
# One process, so that whoever ends it ends all of it.
master_process off;
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 4096; }}
http {{
  log_format lab '$remote_addr $server_addr $status';
  access_log {directory}/access.log lab;
  client_body_temp_path {directory}/tmp;
  proxy_temp_path {directory}/tmp;
  fastcgi_temp_path {directory}/tmp;
  uwsgi_temp_path {directory}/tmp;
  scgi_temp_path {directory}/tmp;
  server {{
    listen 80 backlog=4096;
    listen [::]:80 backlog=4096;
    root {directory}/pages;
  }}
}}
"""


class WebServer:
    """A real server's nginx; `requests()` tells what it answered."""

    def __init__(self, host, directory):
        self.host = host
        self.name = host.name
        self.page = f"This is {host.name}.\n"
        self._directory = directory / host.name
        self._log = self._directory / "access.log"
        self._nginx = None

    def start(self, *vips):
        pages = self._directory / "pages"
        pages.mkdir(parents=True)
        # a page small enough for one segment, and one that takes many
        (pages / "index.html").write_text(self.page)
        (pages / "large").write_text(self.page * 20_000)
        (self._directory / "nginx.conf").write_text(CONFIGURATION.format(directory=self._directory))
        self._directory.chmod(0o755)
        self.host.run(SCRIPTS / "realserver", *vips)
        self.resume()

    def resume(self):
        """Starts nginx, at first or after stop()."""
        with open(self._directory / "output.log", "a", encoding="utf-8") as log:
            self._nginx = self.host.spawn("nginx", "-p", self._directory, "-c", self._directory / "nginx.conf",
                                          stdout=log, stderr=subprocess.STDOUT)
        wait_until(self._answers, f"nginx on {self.name}")

    def stop(self):
        """Ends nginx: its connections are closed, new ones refused."""
        self._nginx.terminate()
        self._nginx.wait(timeout=10)

    def is_running(self):
        return self._nginx.poll() is None

    def write(self, name, text):
        """A page, or with None its end."""
        page = self._directory / "pages" / name
        if text is None:
            page.unlink()
        else:
            page.write_text(text)

    def _answers(self):
        with self.host.inside():
            try:
                socket.create_connection((self.host.address, 80), timeout=1).close()
                return True
            except OSError:
                return False

    def requests(self):
        """The requests answered so far, each a triple: client's address, our address, HTTP status."""
        return [tuple(line.split()) for line in self._log.read_text().splitlines()]


def get(host, address, path="/", timeout=5.0, source_port=0):
    """One HTTP request from `host`; returns the body, or raises OSError or HTTPException."""
    with host.inside():
        connection = http.client.HTTPConnection(address, 80, timeout=timeout, source_address=("", source_port))
        connection.connect()
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise http.client.HTTPException(f"status {answer.status}")
        return answer.read().decode()
    finally:
        connection.close()
