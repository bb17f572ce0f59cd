package dev.kvstore.http.net;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Makes connections that refuse a request with very many header fields. Jetty bounds their bytes
 * alone, and a field of two bytes takes a hundred in memory for as long as the head is unfinished.
 */
public final class BoundedHeaders extends HttpConnectionFactory {
  /** More than any client or proxy sends. */
  static final int MAX_FIELDS = 200;

  public BoundedHeaders(HttpConfiguration config) {
    super(config);
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    HttpConnection connection = new BoundedConnection(getHttpConfiguration(), connector, endPoint);
    connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
    return configure(connection, connector, endPoint);
  }

  private static final class BoundedConnection extends HttpConnection {
    private BoundedConnection(HttpConfiguration config, Connector connector, EndPoint endPoint) {
      super(config, connector, endPoint);
    }

    @Override
    protected RequestHandler newRequestHandler() {
      return new RequestHandler() {
        private int fields;

        @Override
        public void messageBegin() {
          fields = 0;
          super.messageBegin();
        }

        @Override
        public void parsedHeader(HttpField field) {
          count();
          super.parsedHeader(field);
        }

        @Override
        public void parsedTrailer(HttpField field) {
          count();
          super.parsedTrailer(field);
        }

        private void count() {
          if (++fields > MAX_FIELDS) {
            throw new HttpException.RuntimeException(
                HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431,
                "more than " + MAX_FIELDS + " header fields");
          }
        }
      };
    }
  }
}
