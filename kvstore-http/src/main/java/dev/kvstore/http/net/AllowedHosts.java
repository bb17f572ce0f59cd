package dev.kvstore.http.net;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.jspecify.annotations.Nullable;

/**
 * The host names that a service without tokens answers to: local ones and configured ones. A web
 * page can point its own name at this machine, and the browser then treats the service as the
 * page's own site (DNS rebinding); the {@code Host} header still has that name. Immutable.
 */
public record AllowedHosts(Set<String> configured) {
  /** The maximum length of a host name, which is longer than any address. */
  private static final int MAX_LENGTH = 255;

  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]++(?:\\.[a-z0-9_-]++)*+");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]*+");
  private static final Pattern IPV4 = Pattern.compile("[0-9]++(?:\\.[0-9]++){3}");
  private static final Pattern LOOPBACK =
      Pattern.compile("127(?:\\.(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}|0:0:0:0:0:0:0:1");

  /** @param configured names and addresses that {@link #isHost} accepts */
  public AllowedHosts {
    configured = configured.stream()
        .map(host -> String.valueOf(canonical(host)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns true if this is a host name or an IP address, without a port. */
  public static boolean isHost(String text) {
    return canonical(text) != null;
  }

  /** Refuses a request for another host with {@link ErrorKind#MISDIRECTED}. */
  public void check(HttpServletRequest request) {
    List<String> authorities = Collections.list(request.getHeaders("Host"));
    if (authorities.isEmpty() || !authorities.stream().allMatch(this::allows)) {
      throw misdirected();
    }
    // The host of an absolute request target has precedence over the header.
    String target =
        ServletContextRequest.getServletContextRequest(request).getHttpURI().getAuthority();
    if (target != null && !allows(target)) {
      throw misdirected();
    }
  }

  /** @param authority a host, optionally with a port */
  boolean allows(String authority) {
    String host = canonical(withoutPort(authority.strip()));
    if (host == null) {
      return false;
    }
    return isLocalName(host) || LOOPBACK.matcher(host).matches() || configured.contains(host);
  }

  private static boolean isLocalName(String host) {
    return host.equals("localhost") || host.endsWith(".localhost");
  }

  /**
   * Returns true if this name may belong to another machine: neither a local name nor an IP
   * address.
   *
   * @param authority a host, optionally with a port
   */
  static boolean isPublicName(String authority) {
    String host = canonical(withoutPort(authority.strip()));
    return host != null
        && host.indexOf(':') < 0
        && !IPV4.matcher(host).matches()
        && !isLocalName(host);
  }

  /** Returns the host without a port, or the text unchanged if it does not end with a port. */
  private static String withoutPort(String authority) {
    int colon = authority.lastIndexOf(':');
    boolean afterHost = colon >= 0
        && (authority.startsWith("[")
            ? authority.charAt(colon - 1) == ']'
            : authority.indexOf(':') == colon);
    boolean port =
        afterHost && authority.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
    return port ? authority.substring(0, colon) : authority;
  }

  /** Returns the canonical spelling of a host; null if the text is not a host. */
  private static @Nullable String canonical(String text) {
    if (text.length() > MAX_LENGTH) {
      return null;
    }
    String host = text.toLowerCase(Locale.ROOT);
    if (host.startsWith("[") && host.endsWith("]")) {
      return canonicalIpv6(host.substring(1, host.length() - 1));
    }
    if (host.indexOf(':') >= 0) {
      return canonicalIpv6(host);
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return NAME.matcher(name).matches() ? name : null;
  }

  private static @Nullable String canonicalIpv6(String text) {
    if (text.indexOf(':') < 0 || !IPV6.matcher(text).matches()) {
      return null;
    }
    try {
      // In brackets it is never looked up as a name.
      return InetAddress.getByName("[" + text + "]").getHostAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static ProblemException misdirected() {
    return new ProblemException(
        ErrorKind.MISDIRECTED,
        "Without tokens the service answers to local host names only: use localhost or a loopback"
            + " address, add the name to --allowed-hosts, or create a token");
  }
}
