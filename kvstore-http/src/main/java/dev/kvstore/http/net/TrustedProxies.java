package dev.kvstore.http.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.InetAddressSet;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one {@link ForwardedHeader}, but trusts only the entries of proxies with known
 * addresses: a client can write anything there, and in the other header, which is ignored. The list
 * of addresses is read from its end up to the first one that is not a trusted proxy; that becomes
 * the remote address of the request.
 */
public final class TrustedProxies implements HttpConfiguration.Customizer {
  private final InetAddressSet trusted = new InetAddressSet();
  private final ForwardedHeader header;

  private TrustedProxies(ForwardedHeader header) {
    this.header = header;
  }

  /**
   * Returns the proxies with these addresses.
   *
   * @param header the header in which they name their clients
   * @param addresses addresses or networks, such as {@code 10.0.0.0/8} and {@code ::1}
   * @throws IllegalArgumentException if one is neither
   */
  public static TrustedProxies of(Collection<String> addresses, ForwardedHeader header) {
    TrustedProxies proxies = new TrustedProxies(header);
    for (String address : addresses) {
      if (!ForwardedHeaders.isAddress(address.split("/", 2)[0])) {
        throw new IllegalArgumentException("'" + address + "' is not an address");
      }
      proxies.trusted.add(address);
    }
    return proxies;
  }

  @Override
  public Request customize(Request request, HttpFields.Mutable responseHeaders) {
    SocketAddress peer = request.getConnectionMetaData().getRemoteSocketAddress();
    if (!(peer instanceof InetSocketAddress inet) || !trusted.test(inet.getAddress())) {
      return request;
    }
    ForwardedHeaders forwarded = ForwardedHeaders.of(request.getHeaders(), header);
    InetSocketAddress client = client(forwarded.addresses(), inet);
    return new Forwarded(request, client, forwarded.isSecure());
  }

  private InetSocketAddress client(List<String> addresses, InetSocketAddress peer) {
    InetSocketAddress client = peer;
    for (int i = addresses.size() - 1; i >= 0 && trusted.test(client.getAddress()); i--) {
      InetAddress address = ForwardedHeaders.address(addresses.get(i));
      if (address == null) {
        return client;
      }
      client = new InetSocketAddress(address, 0);
    }
    return client;
  }

  /** A request as the client sent it to the proxy. */
  private static final class Forwarded extends Request.Wrapper {
    private final ConnectionMetaData connection;
    private final HttpURI uri;
    private final boolean secure;

    Forwarded(Request request, InetSocketAddress client, @Nullable Boolean secure) {
      super(request);
      this.secure = secure == null ? request.isSecure() : secure;
      this.uri = HttpURI.build(request.getHttpURI())
          .scheme(this.secure ? "https" : "http")
          .asImmutable();
      this.connection = new ConnectionMetaData.Wrapper(request.getConnectionMetaData()) {
        @Override
        public SocketAddress getRemoteSocketAddress() {
          return client;
        }

        @Override
        public boolean isSecure() {
          return Forwarded.this.secure;
        }
      };
    }

    @Override
    public ConnectionMetaData getConnectionMetaData() {
      return connection;
    }

    @Override
    public HttpURI getHttpURI() {
      return uri;
    }

    @Override
    public boolean isSecure() {
      return secure;
    }
  }
}
