import { showApplications, submitRevokeApplication } from './handlers/account/applications.ts';
import { showAuthenticator, showSetUpAuthenticator, submitAuthenticator, submitRemoveAuthenticator } from './handlers/account/authenticator.ts';
import { showEmail, showEmailCodes, submitEmail, submitEmailCodes } from './handlers/account/email.ts';
import { showActivity, showOverview, switchAccount } from './handlers/account/overview.ts';
import { showDelete, showDownload, submitDelete, submitDownload } from './handlers/account/own-data.ts';
import { showPasskeys, submitAddPasskey, submitRemovePasskey, submitRenamePasskey } from './handlers/account/passkeys.ts';
import { showPassword, submitPassword } from './handlers/account/password.ts';
import { showProfile, submitProfile } from './handlers/account/profile.ts';
import { showRecoveryCodes, submitRecoveryCodes } from './handlers/account/recovery-codes.ts';
import { showSessions, submitEndOthers, submitEndSession, submitSignOut } from './handlers/account/sessions.ts';
import type { Route } from './routes.ts';

/** The pages on which people look after their own account, and their forms. */
export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/account', guard: 'page', handler: showOverview },
  { method: 'GET', path: '/account/switch', guard: 'page', handler: switchAccount },
  { method: 'POST', path: '/account/sign-out', guard: 'own_form', handler: submitSignOut },
  { method: 'GET', path: '/account/profile', guard: 'page', handler: showProfile },
  { method: 'POST', path: '/account/profile', guard: 'own_form', handler: submitProfile },
  { method: 'GET', path: '/account/email', guard: 'page', handler: showEmail },
  { method: 'POST', path: '/account/email', guard: 'own_form', handler: submitEmail },
  { method: 'GET', path: '/account/email/codes', guard: 'page', handler: showEmailCodes },
  { method: 'POST', path: '/account/email/codes', guard: 'own_form', handler: submitEmailCodes },
  { method: 'GET', path: '/account/password', guard: 'page', handler: showPassword },
  { method: 'POST', path: '/account/password', guard: 'own_form', handler: submitPassword },
  { method: 'GET', path: '/account/passkeys', guard: 'page', handler: showPasskeys },
  { method: 'POST', path: '/account/passkeys/add', guard: 'own_form', handler: submitAddPasskey },
  { method: 'POST', path: '/account/passkeys/rename', guard: 'own_form', handler: submitRenamePasskey },
  { method: 'POST', path: '/account/passkeys/remove', guard: 'own_form', handler: submitRemovePasskey },
  { method: 'GET', path: '/account/authenticator', guard: 'page', handler: showAuthenticator },
  { method: 'GET', path: '/account/authenticator/set-up', guard: 'page', handler: showSetUpAuthenticator },
  { method: 'POST', path: '/account/authenticator/set-up', guard: 'own_form', handler: submitAuthenticator },
  { method: 'POST', path: '/account/authenticator/remove', guard: 'own_form', handler: submitRemoveAuthenticator },
  { method: 'GET', path: '/account/recovery-codes', guard: 'page', handler: showRecoveryCodes },
  { method: 'POST', path: '/account/recovery-codes', guard: 'own_form', handler: submitRecoveryCodes },
  { method: 'GET', path: '/account/sessions', guard: 'page', handler: showSessions },
  { method: 'POST', path: '/account/sessions/end', guard: 'own_form', handler: submitEndSession },
  { method: 'POST', path: '/account/sessions/end-others', guard: 'own_form', handler: submitEndOthers },
  { method: 'GET', path: '/account/applications', guard: 'page', handler: showApplications },
  { method: 'POST', path: '/account/applications/revoke', guard: 'own_form', handler: submitRevokeApplication },
  { method: 'GET', path: '/account/activity', guard: 'page', handler: showActivity },
  { method: 'GET', path: '/account/download', guard: 'page', handler: showDownload },
  { method: 'POST', path: '/account/download', guard: 'own_form', handler: submitDownload },
  { method: 'GET', path: '/account/delete', guard: 'page', handler: showDelete },
  { method: 'POST', path: '/account/delete', guard: 'own_form', handler: submitDelete },
];
