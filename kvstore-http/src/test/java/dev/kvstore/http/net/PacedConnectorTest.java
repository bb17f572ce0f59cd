package dev.kvstore.http.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.limits.Shares;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PacedConnectorTest {
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /** Several times the interval of checks of the clients. */
  private static final Duration LONG = Duration.ofSeconds(2);

  private static final Shares HEADS = new Shares(1 << 20, 1 << 20);

  private final Server server = new Server();
  private final ServerConnector connector =
      new PacedConnector(server, PATIENCE, 1024, HEADS, new HttpConnectionFactory());

  @BeforeEach
  void start() throws Exception {
    connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
    server.addConnector(connector);
    PacedHandler paced = new PacedHandler(PATIENCE, 1024, Duration.ofSeconds(60));
    paced.setHandler(new Handler.Abstract() {
      @Override
      public boolean handle(Request request, Response response, Callback callback) {
        callback.succeeded();
        return true;
      }
    });
    server.setHandler(new LateHandler(paced));
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  /** A handler that runs late, as if the machine had scheduled other threads first. */
  private static final class LateHandler extends Handler.Wrapper {
    private final CountDownLatch never = new CountDownLatch(1);

    LateHandler(Handler handler) {
      super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      assertThat(never.await(LONG.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
      return super.handle(request, response, callback);
    }
  }

  @Test
  void requestThatIsThere_isAnswered_howeverLateTheServiceComesToIt() throws IOException {
    try (Socket socket = new Socket(connector.getHost(), connector.getLocalPort())) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine())
          .startsWith("HTTP/1.1 200");
    }
  }
}
