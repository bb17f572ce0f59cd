package dev.kvstore.http.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests trusted proxies over a real connection, whose other end is always 127.0.0.1. */
class TrustedProxiesTest {
  private static String ask(List<String> trusted, String headers) throws Exception {
    return ask(
        trusted,
        headers.startsWith("Forwarded")
            ? ForwardedHeader.FORWARDED
            : ForwardedHeader.X_FORWARDED_FOR,
        headers);
  }

  private static String ask(List<String> trusted, ForwardedHeader header, String headers)
      throws Exception {
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();
    http.addCustomizer(TrustedProxies.of(trusted, header));
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(new Handler.Abstract() {
      @Override
      public boolean handle(Request request, Response response, Callback callback) {
        Content.Sink.write(
            response,
            true,
            Request.getRemoteAddr(request) + " " + request.getHttpURI().getScheme() + " "
                + request.isSecure(),
            callback);
        return true;
      }
    });
    server.start();
    try {
      return ask(connector.getLocalPort(), headers);
    } finally {
      server.stop();
    }
  }

  private static String ask(int port, String headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      String request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Forwarded-For: 1.2.3.4|1.2.3.4 http false",
        "X-Forwarded-For: \", 1.2.3.4|1.2.3.4 http false",
        "X-Forwarded-For: 6.6.6.6:\", 1.2.3.4|1.2.3.4 http false",
        "X-Forwarded-For: [::6]\", 1.2.3.4|1.2.3.4 http false",
        "X-Forwarded-For: 6.6.6.6:x|127.0.0.1 http false",
        "X-Forwarded-For: [::6]x|127.0.0.1 http false",
        "Forwarded: for=6.6.6.6;x=\", for=1.2.3.4|127.0.0.1 http false",
        "Forwarded: for=1.2.3.4;for=6.6.6.6|127.0.0.1 http false",
        "X-Forwarded-For: 6.6.6.6, 1.2.3.4|1.2.3.4 http false",
        "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.1.1.1|1.2.3.4 http false",
        "X-Forwarded-For: 6.6.6.6\\nX-Forwarded-For: 1.2.3.4|1.2.3.4 http false",
        "X-Forwarded-For: 10.1.1.1, 10.1.1.2|10.1.1.1 http false",
        "X-Forwarded-For: 2001:db8::7|[2001:db8:0:0:0:0:0:7] http false",
        "X-Forwarded-For: 1.2.3.4:5678\\nX-Forwarded-Proto: https|1.2.3.4 https true",
        "X-Forwarded-For: nonsense|127.0.0.1 http false",
        "X-Forwarded-For: 6.6.6.6, evil.example, 10.1.1.1|10.1.1.1 http false",
        "X-Forwarded-For: 1.2.3.999|127.0.0.1 http false",
        "X-Forwarded-For: 1.2.3|127.0.0.1 http false",
        "X-Forwarded-For: fade|127.0.0.1 http false",
        "X-Forwarded-For: :::::|127.0.0.1 http false",
        "X-Forwarded-For: [|127.0.0.1 http false",
        "X-Forwarded-For:|127.0.0.1 http false",
        "X-Forwarded-For: 1.2.3.4, |1.2.3.4 http false",
        "X-Forwarded-For: 6.6.6.6, 1.2.3.4,, \\t,|1.2.3.4 http false",
        "X-Forwarded-For: ,6.6.6.6,,1.2.3.4, ,10.1.1.1|1.2.3.4 http false",
        "X-Forwarded-For: 6.6.6.6, 1.2.3.4\\nX-Forwarded-For:|1.2.3.4 http false",
        "X-Forwarded-For: , ,|127.0.0.1 http false",
        "X-Forwarded-For: 1.2.3.4\\nX-Forwarded-Proto: https, ,|1.2.3.4 https true",
        "Forwarded: for=6.6.6.6, for=1.2.3.4;proto=https, ,|1.2.3.4 https true",
        "Forwarded: for=1.2.3.4\\nForwarded:|1.2.3.4 http false",
        "Forwarded: ;for=1.2.3.4;;proto=https;|1.2.3.4 https true",
        "Forwarded: for=1.2.3.4, ;|127.0.0.1 http false",
        "Forwarded: for=1.2.3.4, for=|127.0.0.1 http false",
        "Forwarded: for=1.2.3.4, for=\"\"|127.0.0.1 http false",
        "Forwarded: for=1.2.3.4;proto=https;by=10.1.1.1|1.2.3.4 https true",
        "Forwarded: for=6.6.6.6, For=\"[2001:db8::7]:80\" ; Proto=http|[2001:db8:0:0:0:0:0:7] http false",
        "Forwarded: for=unknown|127.0.0.1 http false",
        "Forwarded: for=1.2.3.4\\nX-Forwarded-For: 6.6.6.6|1.2.3.4 http false",
        "Forwarded: for=1.2.3.4;by=\"a,b;c\", for=\"10.1.1.1\"|1.2.3.4 http false",
        "X-Forwarded-For: 1.2.3. 4|127.0.0.1 http false",
        "A: b|127.0.0.1 http false"
      })
  void trustedProxy_isBelieved_upToTheFirstThatIsNot(String headers, String seen) throws Exception {
    assertThat(ask(
            List.of("127.0.0.0/8", "10.0.0.0/8"),
            headers.replace("\\n", "\r\n").replace("\\t", "\t") + "\r\n"))
        .isEqualTo(seen);
  }

  @Test
  void otherHeader_isIgnored() throws Exception {
    String both = "X-Forwarded-For: 1.2.3.4\r\nForwarded: for=6.6.6.6;proto=https\r\n";
    List<String> trusted = List.of("127.0.0.0/8");

    assertThat(ask(trusted, ForwardedHeader.X_FORWARDED_FOR, both)).isEqualTo("1.2.3.4 http false");
    assertThat(ask(trusted, ForwardedHeader.FORWARDED, both)).isEqualTo("6.6.6.6 https true");
    assertThat(
            ask(trusted, ForwardedHeader.X_FORWARDED_FOR, "Forwarded: for=6.6.6.6;proto=https\r\n"))
        .isEqualTo("127.0.0.1 http false");
  }

  @Test
  void otherProxy_isNotBelieved() throws Exception {
    assertThat(ask(
            List.of("10.0.0.0/8", "::1"),
            "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nForwarded: for=1.2.3.4\r\n"))
        .isEqualTo("127.0.0.1 http false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"proxy.example", "10.0.0.0/33", "10.0.0", "10.0.0.0/x", "", "fade", "::/129"})
  void whatIsNoAddress_isRefused(String address) {
    assertThatThrownBy(() -> TrustedProxies.of(List.of(address), ForwardedHeader.FORWARDED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
