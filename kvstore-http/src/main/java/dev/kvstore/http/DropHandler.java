package dev.kvstore.http;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.EntryDatabase;

/** {@code DELETE /v1/stores/{store}}, which has to say the store's name twice. */
record DropHandler(EntryDatabase database) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) {
    Conditions.refuseAll(exchange.request());
    String store = exchange.store();
    String confirmed = exchange.parameters("confirm").text("confirm");
    if (confirmed == null) {
      throw new ProblemException(
          ErrorKind.PRECONDITION_REQUIRED,
          "This deletes the store '" + store + "' with all its entries; if that is meant, add"
              + " ?confirm=" + store);
    }
    if (!confirmed.equals(store)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The parameter 'confirm' must repeat the name of the store, '" + store + "'");
    }
    exchange.recheck();
    if (!database.drop(store)) {
      throw new ProblemException(ErrorKind.NO_SUCH_RESOURCE, "There is no store '" + store + "'");
    }
    exchange.answerEmpty(204);
  }
}
