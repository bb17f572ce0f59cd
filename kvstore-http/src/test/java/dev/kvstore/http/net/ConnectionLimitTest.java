package dev.kvstore.http.net;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ConnectionSettings;
import dev.kvstore.http.server.ServerSettings;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionLimitTest {
  private static final byte[] REQUEST =
      "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir
  private Path folder;

  private TestService start(int maxHeaderBytes, int maxConnections) {
    return TestService.start(
        folder,
        with(
            ServerSettings.DEFAULT,
            "connections",
            with(
                ConnectionSettings.DEFAULT,
                "maxHeaderBytes",
                maxHeaderBytes,
                "maxConnections",
                maxConnections)));
  }

  @Test
  void connectionTooMany_waitsUntilAnotherEnds() throws IOException {
    try (TestService service = start(64 * 1024, 2);
        Socket first = service.connect();
        Socket second = service.connect()) {
      for (Socket socket : new Socket[] {first, second}) {
        socket.getOutputStream().write(REQUEST);
        assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(200);
      }
      try (Socket third = service.connect()) {
        third.getOutputStream().write(REQUEST);
        third.setSoTimeout(300);
        assertThatThrownBy(() -> third.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        first.shutdownOutput();
        third.setSoTimeout(20_000);

        assertThat(Reply.read(third.getInputStream(), false).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void headers_areBoundedAsConfigured() {
    try (TestService service = start(2000, 100)) {
      assertThat(service.get("/health/live", "A: " + "x".repeat(1000)).status()).isEqualTo(200);
      assertThat(service.get("/health/live", "A: " + "x".repeat(3000)).code())
          .isEqualTo("headers-too-large");
    }
  }
}
