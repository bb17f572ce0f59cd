package dev.kvstore.client.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class OneShotBodyTest {
  private final OneShotBody body = new OneShotBody(new byte[] {1, 2});

  @Test
  void subscribe_once_handsTheBytesOut() throws Exception {
    assertThat(body.contentLength()).isEqualTo(2);
    assertThat(received().get()).containsExactly(1, 2);
    assertThat(body.withdraw()).isFalse();
  }

  @Test
  void subscribe_again_handsOutNothing() {
    assertThat(received()).isCompleted();
    assertThatThrownBy(received()::get).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void subscribe_afterWithdraw_handsOutNothing() {
    assertThat(body.withdraw()).isTrue();
    assertThatThrownBy(received()::get).hasCauseInstanceOf(IOException.class);
    assertThat(body.withdraw()).isTrue();
  }

  private CompletableFuture<byte[]> received() {
    BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
    body.subscribe(new Flow.Subscriber<>() {
      @Override
      public void onSubscribe(Flow.Subscription subscription) {
        bytes.onSubscribe(subscription);
      }

      @Override
      public void onNext(ByteBuffer part) {
        bytes.onNext(List.of(part));
      }

      @Override
      public void onError(Throwable error) {
        bytes.onError(error);
      }

      @Override
      public void onComplete() {
        bytes.onComplete();
      }
    });
    return bytes.getBody().toCompletableFuture();
  }
}
