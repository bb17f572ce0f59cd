package dev.kvstore.http.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Identifies a client of which only the address is known. */
public final class ClientAddress {
  private static final int NETWORK_BYTES = 8;

  private ClientAddress() {}

  /**
   * Returns the name of the client: its IPv4 address, or the /64 network of its IPv6 address,
   * because a host can usually choose any address in it.
   */
  public static String of(SocketAddress remote) {
    return remote instanceof InetSocketAddress inet && inet.getAddress() != null
        ? of(inet.getAddress())
        : String.valueOf(remote);
  }

  private static String of(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address.getHostAddress();
    }
    try {
      byte[] network = Arrays.copyOf(
          Arrays.copyOf(address.getAddress(), NETWORK_BYTES), address.getAddress().length);
      return InetAddress.getByAddress(network).getHostAddress() + "/64";
    } catch (UnknownHostException e) {
      throw new IllegalStateException("An address has a legal length", e);
    }
  }
}
