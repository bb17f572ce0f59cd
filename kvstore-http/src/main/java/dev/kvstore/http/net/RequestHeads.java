package dev.kvstore.http.net;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Makes connections that bound the heads of requests further than Jetty does. They refuse a request
 * with very many header fields, since a field of two bytes takes a hundred in memory, and one with
 * a very long field before it is parsed, which takes Jetty quadratic time for some of them. They
 * end after a request with a large head, whose memory the parser would keep. What follows a target
 * that cannot be read is read all the same: the headers say who asks. Of transfer codings,
 * {@code chunked} alone is supported; see RFC 9112, section 6.1.
 */
public final class RequestHeads extends HttpConnectionFactory {
  /** A list of tokens, see RFC 9110, section 5.6.2; elements may be empty. */
  private static final Pattern NAMES = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z, \\t-]*+");

  /** The path of a request whose target cannot be read. No client can send a space. */
  public static final String UNREADABLE_PATH = "/unreadable path";

  /** More than any client or proxy sends. */
  static final int MAX_FIELDS = 200;

  /** No shorter field is refused; most servers allow 8 KiB. The target may be longer. */
  static final int MAX_FIELD_BYTES = 8 * 1024;

  /** How much is parsed before the length of the field is looked at. */
  private static final int SLICE_BYTES = 2 * 1024;

  /** What the parser may keep for the next request on the connection. */
  static final int KEPT_BYTES = 8 * 1024;

  public RequestHeads(HttpConfiguration config) {
    super(config);
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    HttpConnection connection = new BoundedConnection(getHttpConfiguration(), connector, endPoint);
    connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
    return configure(connection, connector, endPoint);
  }

  private static boolean isPath(String method, String target) {
    return target.startsWith("/")
        || target.contains("://")
        || HttpMethod.OPTIONS.is(method)
        || HttpMethod.CONNECT.is(method)
        || HttpMethod.PRI.is(method);
  }

  private static HttpException.RuntimeException tooLarge(String what) {
    return new HttpException.RuntimeException(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431, what);
  }

  private static final class BoundedConnection extends HttpConnection {
    private BoundedConnection(HttpConfiguration config, Connector connector, EndPoint endPoint) {
      super(config, connector, endPoint);
    }

    @Override
    protected RequestHandler newRequestHandler() {
      return new BoundedHandler();
    }

    /** Called by the constructor, after {@link #newRequestHandler}. */
    @Override
    protected HttpParser newHttpParser(HttpCompliance compliance) {
      HttpParser usual = super.newHttpParser(compliance);
      HttpParser parser = new BoundedParser(
          (BoundedHandler) usual.getHandler(),
          getHttpConfiguration().getRequestHeaderSize(),
          compliance);
      parser.setHeaderCacheSize(usual.getHeaderCacheSize());
      parser.setHeaderCacheCaseSensitive(usual.isHeaderCacheCaseSensitive());
      return parser;
    }

    private final class BoundedHandler extends RequestHandler {
      private int fields;

      /** Whether a field has begun since the parser looked last; and whether there was one. */
      private boolean begun;

      private boolean inFields;

      private boolean mayBeCoded;
      private boolean otherCoding;

      @Override
      public void messageBegin() {
        fields = 0;
        inFields = false;
        otherCoding = false;
        super.messageBegin();
      }

      @Override
      public void startRequest(String method, String target, HttpVersion version) {
        begin();
        mayBeCoded = version.getVersion() >= HttpVersion.HTTP_1_1.getVersion();
        try {
          super.startRequest(method, isPath(method, target) ? target : UNREADABLE_PATH, version);
        } catch (IllegalArgumentException e) {
          super.startRequest(method, UNREADABLE_PATH, version);
        }
      }

      @Override
      public void parsedHeader(HttpField field) {
        begin();
        count();
        // The server reads it once more when an answer is replaced by an error, and fails then.
        if (field.getHeader() == HttpHeader.CONNECTION
            && !NAMES.matcher(Objects.requireNonNullElse(field.getValue(), "")).matches()) {
          throw new HttpException.RuntimeException(
              HttpStatus.BAD_REQUEST_400, "Connection is not a list of names");
        }
        if (field.getHeader() == HttpHeader.TRANSFER_ENCODING) {
          if (!mayBeCoded) {
            throw new HttpException.RuntimeException(
                HttpStatus.BAD_REQUEST_400, "Transfer-Encoding needs HTTP/1.1");
          }
          otherCoding |= !HttpHeaderValue.CHUNKED.is(field.getValue());
        }
        super.parsedHeader(field);
      }

      @Override
      public void parsedTrailer(HttpField field) {
        count();
        super.parsedTrailer(field);
      }

      @Override
      public boolean headerComplete() {
        // Where chunked is not the last coding, the parser has refused the request before.
        if (otherCoding) {
          throw new HttpException.RuntimeException(
              HttpStatus.NOT_IMPLEMENTED_501,
              "Transfer-Encoding can be chunked only: send the body as it is");
        }
        boolean handle = super.headerComplete();
        if (getParser().getHeaderLength() > KEPT_BYTES) {
          getGenerator().setPersistent(false);
        }
        return handle;
      }

      private void begin() {
        begun = true;
        inFields = true;
      }

      private void count() {
        if (++fields > MAX_FIELDS) {
          throw tooLarge("more than " + MAX_FIELDS + " header fields");
        }
      }
    }
  }

  private static final class BoundedParser extends HttpParser {
    private final BoundedConnection.BoundedHandler handler;
    private int fieldBytes;

    BoundedParser(
        BoundedConnection.BoundedHandler handler, int maxHeaderBytes, HttpCompliance compliance) {
      super(handler, maxHeaderBytes, compliance);
      this.handler = handler;
    }

    /** Parses a head slice by slice: a field that is too long never gets to its end. */
    @Override
    public boolean parseNext(ByteBuffer buffer) {
      int end = buffer.limit();
      while (inHeaderState() && buffer.remaining() > SLICE_BYTES) {
        buffer.limit(buffer.position() + SLICE_BYTES);
        boolean handle = parseSlice(buffer);
        if (isTerminated()) {
          // It has cleared the buffer.
          return handle;
        }
        buffer.limit(end);
        if (handle) {
          return true;
        }
      }
      return parseSlice(buffer);
    }

    private boolean parseSlice(ByteBuffer buffer) {
      int from = buffer.position();
      boolean handle = super.parseNext(buffer);
      if (handle || !inHeaderState()) {
        fieldBytes = 0;
        return handle;
      }
      fieldBytes = (handler.begun ? 0 : fieldBytes) + buffer.position() - from;
      handler.begun = false;
      // What came before the field in its first slice counts too.
      if (handler.inFields && fieldBytes > MAX_FIELD_BYTES + SLICE_BYTES) {
        BufferUtil.clear(buffer);
        badMessage(tooLarge("a field of more than " + MAX_FIELD_BYTES + " bytes"));
      }
      return false;
    }
  }
}
