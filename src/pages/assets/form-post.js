const form = document.getElementById('form-post');

if (form instanceof HTMLFormElement) {
  form.querySelector('button')?.setAttribute('hidden', '');
  form.submit();
}
