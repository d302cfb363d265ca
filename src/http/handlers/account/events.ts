import type { AccountEvent } from '../../../flow/notices.ts';
import { html, phrase } from '../../../pages/html.ts';
import type { Html } from '../../../pages/html.ts';
import type { SecurityEventRecord } from '../../../store/account-records.ts';
import type { Words, WordsKey } from '../../../words/words.ts';

/** The sentence of each event; complete, since every kind stands here. */
const sentences: Readonly<Record<AccountEvent, WordsKey>> = {
  sign_in: 'account.event_sign_in',
  account_created: 'account.event_account_created',
  new_device: 'account.event_new_device',
  password_changed: 'account.event_password_changed',
  email_changed: 'account.event_email_changed',
  profile_changed: 'account.event_profile_changed',
  passkey_added: 'account.event_passkey_added',
  passkey_removed: 'account.event_passkey_removed',
  totp_added: 'account.event_totp_added',
  totp_removed: 'account.event_totp_removed',
  recovery_codes_replaced: 'account.event_recovery_codes_replaced',
  recovery_code_used: 'account.event_recovery_code_used',
  factors_reset: 'account.event_factors_reset',
  session_ended: 'account.event_session_ended',
  signed_out_everywhere: 'account.event_signed_out_everywhere',
  application_revoked: 'account.event_application_revoked',
  data_downloaded: 'account.event_data_downloaded',
};

/** What happened, in words. Rows of another version may tell of what this one does not know. */
export function describeEvent(words: Words, { kind, detail }: SecurityEventRecord): Html {
  const key = Object.hasOwn(sentences, kind) ? sentences[kind as AccountEvent] : 'account.event_other';
  return phrase(words[key], { client: html`<bdi>${detail}</bdi>` });
}
