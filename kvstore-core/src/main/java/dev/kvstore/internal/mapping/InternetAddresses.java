package dev.kvstore.internal.mapping;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses as text: by their numbers, which is what makes two equal. No name is ever looked up; a
 * socket address with a name is one that was not looked up.
 */
final class InternetAddresses {
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

  private InternetAddresses() {}

  static @Nullable InetAddress ofLiteral(String text) {
    // What has a colon is never looked up.
    if (text.indexOf(':') < 0 && !IPV4.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  static String toText(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : ip.getHostAddress();
    return (ip instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  static @Nullable InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return null;
    }
    String host = text.substring(0, colon);
    int port = Integer.parseInt(text, colon + 1, text.length(), 10);
    boolean isIpv6 = host.startsWith("[") && host.endsWith("]");
    InetAddress ip = ofLiteral(isIpv6 ? host.substring(1, host.length() - 1) : host);
    if (ip != null) {
      return isIpv6 == ip instanceof Inet6Address ? new InetSocketAddress(ip, port) : null;
    }
    return isIpv6 || host.indexOf(':') >= 0 ? null : InetSocketAddress.createUnresolved(host, port);
  }
}
