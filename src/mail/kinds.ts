/** Every mail that there is, with what it says. Links are whole URLs on the tenant's own origin. */
export type MailKind =
  /** To finish a sign-in, a sign-up, a second step or a new address. */
  | { readonly kind: 'code'; readonly purpose: 'sign_in' | 'sign_up' | 'second_factor' | 'new_email' | 'confirm_email_change'; readonly code: string; readonly link?: string; readonly minutes: number }
  /** Somebody asked for an account with an address that has one. */
  | { readonly kind: 'account_exists'; readonly link: string }
  /** Somebody wanted to move their account to an address that has one. */
  | { readonly kind: 'address_taken'; readonly link: string }
  | { readonly kind: 'reset_password'; readonly link: string; readonly minutes: number }
  | { readonly kind: 'invitation'; readonly link: string; readonly days: number }
  /** Something that guards the account has changed. `at` is already in the reader's words; no `where` means that an operator did it. */
  | { readonly kind: 'notice'; readonly event: NoticeEvent; readonly at: string; readonly where: string | undefined; readonly link: string };

/** What people are told of when it happens to their account. */
export type NoticeEvent =
  | 'new_device'
  | 'password_changed'
  | 'email_changed'
  | 'passkey_added'
  | 'passkey_removed'
  | 'totp_added'
  | 'totp_removed'
  | 'recovery_codes_replaced'
  | 'recovery_code_used'
  | 'factors_reset';
